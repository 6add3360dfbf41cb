#!/usr/bin/env bash
# Boots Debian's kernels in QEMU, by emulation, and runs scripts there with swtrace. Prints a table; fails when a script
# failed on a kernel.
#
#   Scripts/vm-test.sh [--scripts FOLDER]... [--random COUNT] [--only GROUP]... [--verbose] [KERNEL]
#
# KERNEL is 5.10, 6.1, 6.12, 7.x or all. --scripts adds a folder of NAME.bt with NAME.out, the output it must have.
# --random changes the number of random scripts, 1,000, which are the group "random". --only leaves out the other groups of
# scripts; --verbose prints a failed script's whole verifier log. SWTRACE and RUNNER name other executables than
# .build/release/swtrace and .build/release/DifferentialRunner.
set -euo pipefail

usage() { sed -n '5,10s/^# \{0,3\}//p' "$0" >&2; exit 2; }

repository=$(cd "$(dirname "$0")/.." && pwd)
groups=("golden=$repository/Tests/GoldenTests/Scripts" "examples=$repository/examples" "exact=$repository/Scripts/vm/scripts"
  "probes=$repository/Scripts/vm/probes")
only=()
random=1000
arguments=
kernel=all
while [[ $# -gt 0 ]]; do
  case $1 in
    --scripts)
      [[ -d ${2-} ]] || usage
      groups+=("$(basename "$(realpath "$2")")=$(realpath "$2")")
      shift
      ;;
    --random)
      [[ ${2-} =~ ^[0-9]+$ ]] || usage
      random=$2
      shift
      ;;
    --only) only+=("${2-}"); shift ;;
    --verbose) arguments=swtrace.verbose ;;
    -*) usage ;;
    *) kernel=$1 ;;
  esac
  shift
done
case $kernel in
  all) kernels=(5.10 6.1 6.12 7.x) ;;
  5.10 | 6.1 | 6.12 | 7.x) kernels=("$kernel") ;;
  *) usage ;;
esac
if [[ ${#only[@]} -gt 0 ]]; then
  wanted=()
  for group in "${groups[@]}"; do
    for name in "${only[@]}"; do [[ ${group%%=*} != "$name" ]] || wanted+=("$group"); done
  done
  groups=("${wanted[@]}")
  [[ " ${only[*]} " == *" random "* ]] || random=0
fi

"$repository/Scripts/setup.sh" qemu-system-x86 busybox-static cpio debian-archive-keyring gcc libc6-dev
cache=${XDG_CACHE_HOME:-$repository/.cache}
[[ -z ${XDG_CACHE_HOME-} ]] || cache=$cache/swtrace
cache=$cache/vm
work=$(mktemp --directory)
qemu=
trap '[[ -z $qemu ]] || kill "$qemu" 2>/dev/null; rm -rf "$work"' EXIT

"$repository/Scripts/vm/make-image.sh" "$work/image" "${SWTRACE:-$repository/.build/release/swtrace}" \
  "${RUNNER:-$repository/.build/release/DifferentialRunner}" "${groups[@]}"

# Hours for a folder of a thousand scripts; a machine is stopped when results stay out, since the console of one that
# hangs may go on for ever.
boot() {
  local vmlinuz=$1 results=$2 console=$3 size=0 quiet=0
  qemu-system-x86_64 -accel tcg,thread=single -cpu max -smp 2 -m 768M -nodefaults -display none -no-reboot \
    -kernel "$vmlinuz" -initrd "$work/image" -append 'console=ttyS0 panic=-1 loglevel=5 '"swtrace.random=$random $arguments" \
    -serial "file:$console" -serial "file:$results" </dev/null &
  qemu=$!
  while kill -0 "$qemu" 2>/dev/null; do
    sleep 1
    local now
    now=$(wc --bytes <"$results")
    quiet=$((now == size ? quiet + 1 : 0)) size=$now
    if [[ $quiet -ge 120 ]]; then
      kill "$qemu"
      echo "no script came to its end for two minutes" >&2
    fi
  done
  wait "$qemu" || true
  qemu=
}

all=$work/all
: >"$all"
failed=0
for kernel in "${kernels[@]}"; do
  vmlinuz=$("$repository/Scripts/vm/fetch-kernel.sh" "$kernel" "$cache/kernels")
  results=$cache/results-$kernel console=$cache/console-$kernel
  : >"$results"
  began=$SECONDS
  boot "$vmlinuz" "$results" "$console"
  if ! grep --quiet '^end$' "$results"; then
    echo "Linux $kernel did not run to the end; its last words, of $console:" >&2
    tail --lines=20 "$console" >&2
    failed=1
  fi
  echo "boot $kernel $((SECONDS - began))" | cat - "$results" >>"$all"
done

awk -f "$repository/Scripts/vm/report.awk" "$all" || failed=1
exit $failed
