#!/usr/bin/env bash
# Builds a copy of the sources to which the patches of Tests/Places have added a provider, a builtin, an aggregation, a pass, a
# format of output and a golden script, as CONTRIBUTING.md has it, and runs their tests and a script of the first three there:
# as root on this kernel, else it is only compiled.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=.build/places
rm -rf "$copy/source"
mkdir -p "$copy/source"
git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=- | tar --extract --directory="$copy/source"
for patch in Tests/Places/*.patch; do git apply --directory="$copy/source" "$patch"; done
swift build --package-path "$copy/source" --scratch-path "$copy/build" --build-tests
test() { swift test --package-path "$copy/source" --scratch-path "$copy/build" --skip-build --disable-xctest --no-parallel "$@"; }
test --filter 'ByteSwapPairsTests|PairsSinkTests'
# The script of golden.patch becomes the listing that comes with it.
SWTRACE_RENEW_GOLDENS=listings test --filter GoldenTests.GoldenTests/renewal
git apply --check --reverse --directory="$copy/source" Tests/Places/golden.patch
swtrace=$copy/build/debug/swtrace script=Tests/Places/toys.bt
if [[ $EUID -ne 0 ]]; then
  "$swtrace" --target Tests/Targets/x86_64.json -d bpf,maps "$script" >/dev/null
  echo "The toys compile; as root they would run."
  exit
fi
output=$("$swtrace" -q "$script" | tr -d '\n')
[[ $output == "@odd: 1" ]] || { echo "the toys print '$output' and not '@odd: 1'" >&2; exit 1; }
output=$("$swtrace" -q -f pairs "$script")
[[ $output == "@odd=1" ]] || { echo "the toys print '$output' and not '@odd=1'" >&2; exit 1; }
echo "The toys run."
