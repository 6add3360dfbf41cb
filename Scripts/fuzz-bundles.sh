#!/usr/bin/env bash
# Damages bundles and runs what is taken: Scripts/fuzz-bundles.sh COUNT FIRST [OPTION...], or only builds what does it:
# Scripts/fuzz-bundles.sh build
# COUNT mutations without the kernel, then as root a tenth of that with it; an option such as --seconds 60 is for both.
# Stops with status 1 at the first finding and says where it is and how to run it again.
set -euo pipefail

cd "$(dirname "$0")/.."
work=.build/fuzz
# The fuzzer looks behind what the modules show to others.
swift build --configuration release --scratch-path "$work/build" -Xswiftc -enable-testing --product BundleFuzzer
[[ ${1-} != build ]] || exit 0
count=${1:?how many mutations}
first=${2:?the number of the first one}
shift 2
mkdir -p "$work/findings"
fuzzer=$work/build/release/BundleFuzzer
"$fuzzer" "$count" "$first" --findings "$work/findings" "$@"
if [ "$(id -u)" = 0 ]; then "$fuzzer" $((count / 10)) "$first" --kernel --findings "$work/findings" "$@"; fi
