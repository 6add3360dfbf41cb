#!/usr/bin/env bash
# Measures .build/release/swtrace against the machine's bpftrace, in turn and in one run. Needs root.
#
# usage: run.sh [TURNS [STARTS]]
#
# TURNS is how often each traces all system calls, which takes bpftrace half a minute every time; STARTS is how often each
# runs a script that ends at once.
set -euo pipefail

turns=${1:-2}
starts=${2:-41}
cd "$(dirname "$0")/.."
swtrace=.build/release/swtrace

if [[ $EUID -ne 0 ]]; then
  echo "The benchmarks need root." >&2
  exit 1
fi

# bpftrace needs tracefs mounted. A mount namespace of our own leaves the machine as it is.
tracefs=/sys/kernel/tracing
if [[ ! -e $tracefs/events && ! -v IN_MOUNT_NAMESPACE ]]; then
  IN_MOUNT_NAMESPACE=1 exec unshare --mount --propagation private \
    bash -c 'mount -t tracefs tracefs "$1" && shift && exec "$@"' mount "$tracefs" "$BASH" Benchmarks/run.sh "$@"
fi
export BPFTRACE_MAX_PROBES=1024

work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
for program in cost getppid; do
  clang -O2 -Wall -Wextra -Werror -o "$work/$program" "Benchmarks/$program.c"
done

# Of numbers, one a line.
median() { sort --general-numeric-sort | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

# figure NAME UNIT GOAL < pairs of what swtrace and bpftrace took: prints the medians of both and of their ratio.
figure() {
  cat >"$work/pairs"
  local ours theirs ratio
  ours=$(awk '{ print $1 }' "$work/pairs" | median)
  theirs=$(awk '{ print $2 }' "$work/pairs" | median)
  ratio=$(awk '{ print $1 / $2 }' "$work/pairs" | median)
  printf '%-46s %9.1f %-2s %9.1f %-2s %8.4f   %s\n' "$1" "$ours" "$2" "$theirs" "$2" "$ratio" "$3"
}

all_syscalls='tracepoint:syscalls:sys_enter_* { @[probe] = count(); }'
hello='BEGIN { printf("hi\n"); exit(); }'

echo "$("$swtrace" --version), $(bpftrace --version), Linux $(uname --kernel-release), $(nproc) CPUs; medians of $turns or $starts turns"
echo
printf '%-46s %12s %12s %8s   %s\n' "" swtrace bpftrace ratio goal

for ((turn = 0; turn < turns; turn++)); do
  for tracer in "$swtrace" bpftrace; do
    "$work/cost" "$tracer" -e "$all_syscalls interval:s:1 { exit(); }" | awk '{ printf "%s ", $1 - 1000 }'
  done
  echo
done | figure "trace all syscalls for 1 s, less the second" ms "100 ms"

for ((turn = 0; turn < turns; turn++)); do
  for tracer in "$swtrace" bpftrace; do
    "$work/getppid" "$work/alone"
    "$tracer" -e "$all_syscalls" -c "$work/getppid $work/traced" &>"$work/output" || { cat "$work/output" >&2; exit 1; }
    paste "$work/traced" "$work/alone" | awk '{ printf "%s ", $1 - $2 }'
  done
  echo
done | figure "added to each getppid while they are traced" ns "ratio 0.2"

for ((turn = 0; turn < starts; turn++)); do
  echo "$("$work/cost" "$swtrace" -e "$hello") $("$work/cost" bpftrace -e "$hello")"
done >"$work/starts"
awk '{ print $1, $3 }' "$work/starts" | figure 'whole run of BEGIN { printf("hi\n"); exit(); }' ms "7 ms"
awk '{ print $2, $4 }' "$work/starts" | figure "its peak memory" MB "16 MB"

stat --format=%s "$swtrace" | awk '{ printf "%-46s %9.1f MB %34s\n", "size of the release executable", $1 / 1e6, "20 MB" }'
