#!/usr/bin/env bash
# Measures .build/release/swtrace against bpftrace, in turn and in one run. Needs root.
#
# usage: [BPFTRACE=PATH] run.sh [TURNS [STARTS]]
#
# TURNS is how often each traces all system calls and a thousand functions, which takes bpftrace 0.17 half a minute and two
# minutes every time; STARTS is how often each runs a script that ends at once. BPFTRACE is which bpftrace, if not the one in
# PATH.
set -euo pipefail

turns=${1:-2}
starts=${2:-41}
cd "$(dirname "$0")/.."
swtrace=.build/release/swtrace
bpftrace=${BPFTRACE:-bpftrace}

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
unset BPFTRACE

work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
for program in cost getppid functions; do
  # With frame pointers functions begin with the instruction that most functions begin with.
  clang -O2 -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -Wall -Wextra -Werror \
    -o "$work/$program" "Benchmarks/$program.c"
done

# Of numbers, one a line.
median() { sort --general-numeric-sort | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

# figure NAME UNIT GOAL < pairs of what swtrace and bpftrace took: prints the medians of both and of their ratio.
# A pair in which bpftrace took nothing has no ratio.
figure() {
  cat >"$work/pairs"
  local ours theirs ratio
  ours=$(awk '{ print $1 }' "$work/pairs" | median)
  theirs=$(awk '{ print $2 }' "$work/pairs" | median)
  ratio=$(awk '$2 > 0 { print $1 / $2 } END { if (!NR) print 0 }' "$work/pairs" | median)
  printf '%-46s %9.1f %-2s %9.1f %-2s %8.4f   %s\n' "$1" "$ours" "$2" "$theirs" "$2" "$ratio" "$3"
}

all_syscalls='tracepoint:syscalls:sys_enter_* { @[probe] = count(); }'
hello='BEGIN { printf("hi\n"); exit(); }'

echo "$("$swtrace" --version), $("$bpftrace" --version), Linux $(uname --kernel-release), $(nproc) CPUs; medians of $turns or $starts turns"
echo
printf '%-46s %12s %12s %8s   %s\n' "" swtrace bpftrace ratio goal

for ((turn = 0; turn < turns; turn++)); do
  for tracer in "$swtrace" "$bpftrace"; do
    "$work/cost" "$tracer" -e "$all_syscalls interval:s:1 { exit(); }" | awk '{ printf "%s ", $1 - 1000 }'
  done
  echo
done | figure "trace all syscalls for 1 s, less the second" ms "100 ms"

for ((turn = 0; turn < turns; turn++)); do
  for tracer in "$swtrace" "$bpftrace"; do
    "$work/cost" "$tracer" -e "uprobe:$work/functions:traced_* { @[func] = count(); } interval:s:1 { exit(); }" |
      awk '{ printf "%s ", $1 - 1000 }'
  done
  echo
done | figure "trace 1,000 functions for 1 s, less the second" ms "ratio 0.1"

# Where the kernel does not tell which of its functions can be traced, bpftrace lists none.
listed='tracepoint:*'
if head --bytes=1 "$tracefs/available_filter_functions" &>/dev/null; then listed='*'; fi
for ((turn = 0; turn < starts; turn++)); do
  for tracer in "$swtrace" "$bpftrace"; do "$work/cost" "$tracer" -l "$listed" | awk '{ printf "%s ", $1 }'; done
  echo
done | figure "list $listed" ms "ratio 0.2, 300 ms"

# added SCRIPT [PROGRAM [FUNCTIONS]]: what each tracer adds to every call of a program, getppid if not told otherwise, while it
# runs the script, in ns, one turn a line.
added() {
  local turn tracer program=$work/${2:-getppid}
  for ((turn = 0; turn < turns; turn++)); do
    for tracer in "$swtrace" "$bpftrace"; do
      "$program" "$work/alone" ${3:+"$3"}
      "$tracer" -e "$1" -c "$program $work/traced ${3:-}" &>"$work/output" || { cat "$work/output" >&2; exit 1; }
      paste "$work/traced" "$work/alone" | awk '{ printf "%s ", $1 - $2 }'
    done
    echo
  done
}

echo "added to each getppid by"
added 'tracepoint:raw_syscalls:sys_enter { }' | figure "  raw_syscalls:sys_enter { }" ns ""
added 'tracepoint:raw_syscalls:sys_enter { @ = count(); }' | figure "  the same with @ = count()" ns "ratio 0.85"
added 'tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }' | figure "  the same with @[comm] = count()" ns "ratio 0.75"
added 'tracepoint:raw_syscalls:sys_enter { @s[tid] = nsecs; }
  tracepoint:raw_syscalls:sys_exit /@s[tid]/ { @us = hist((nsecs - @s[tid]) / 1000); delete(@s[tid]); }' |
  figure "  sys_enter/sys_exit latency by tid, as hist" ns "ratio 0.6"
added 'tracepoint:syscalls:sys_exit_getppid { @ = hist(args->ret); }' |
  figure "  sys_exit_getppid { @ = hist(args.ret) }" ns "ratio 0.75"
added 'tracepoint:syscalls:sys_enter_getppid /comm == "nope"/ { @ = count(); }' |
  figure '  sys_enter_getppid /comm == "nope"/' ns "ratio 0.65"
added "$all_syscalls" | figure "  sys_enter_* { @[probe] = count() }" ns "ratio 0.2"

echo "added to each call of a function by"
added "uprobe:$work/functions:traced_000 { }" functions 1 | figure "  uprobe { }" ns ""
added "uprobe:$work/functions:traced_000 { @ = count(); }" functions 1 | figure "  the same with @ = count()" ns "ratio 1"
added "uprobe:$work/functions:traced_0* { @[func] = count(); }" functions 100 |
  figure "  100 of them with @[func] = count()" ns "ratio 0.8"

# burst TRACER: per cent lost and million events a second handled of a burst of six million lines.
burst() {
  local lines start end
  start=$(date +%s%N)
  "$1" -q -o "$work/lines" -e 'tracepoint:syscalls:sys_enter_getppid /comm == "getppid"/ { printf("%d %s %llu\n", pid, comm, nsecs); }' \
    -c "$work/getppid $work/traced 3000" &>"$work/output" || { cat "$work/output" >&2; exit 1; }
  end=$(date +%s%N)
  lines=$(grep --count getppid "$work/lines")
  awk -v lines="$lines" -v ns=$((end - start)) 'BEGIN { printf "%.2f %.2f ", 100 - lines / 60000, lines * 1e3 / ns }'
}

# One turn: it takes bpftrace minutes.
for tracer in "$swtrace" "$bpftrace"; do burst "$tracer"; done >"$work/bursts"
echo >>"$work/bursts"
awk '{ print $1, $3 }' "$work/bursts" | figure "6M printf lines in a burst: lost" "%" "10 %"
awk '{ print $2, $4 }' "$work/bursts" | figure "and handled, millions a second" M "3 M"

for ((turn = 0; turn < starts; turn++)); do
  echo "$("$work/cost" "$swtrace" -e "$hello") $("$work/cost" "$bpftrace" -e "$hello")"
done >"$work/starts"
awk '{ print $1, $3 }' "$work/starts" | figure 'whole run of BEGIN { printf("hi\n"); exit(); }' ms "5 ms"
awk '{ print $2, $4 }' "$work/starts" | figure "its peak memory" MB "13 MB"

stat --format=%s "$swtrace" | awk '{ printf "%-46s %9.1f MB %34s\n", "size of the release executable", $1 / 1e6, "15 MB" }'

# one NAME UNIT GOAL < numbers of swtrace alone: prints their median.
one() { median | awk -v name="$1" -v unit="$2" -v goal="$3" '{ printf "%-46s %9.1f %-2s %34s\n", name, $1, unit, goal }'; }

for ((turn = 0; turn < starts; turn++)); do
  "$swtrace" --dry-run -q -d time Benchmarks/front-end.bt |
    awk '$1 ~ /^(parse|expand|check)$/ { front += $2 } $1 == "compile" { print front, $2 }'
done >"$work/stages"
awk '{ print $1 }' "$work/stages" | one "front end of a script of 200 lines" ms "5 ms"
awk '{ print $2 }' "$work/stages" | one "its 2 programs, 29 blocks, to bytecode" ms ""
for ((turn = 0; turn < 5; turn++)); do
  "$work/cost" "$swtrace" -q -e 'BEGIN { print(curtask.real_parent.cred.uid.val); exit(); }'
done | awk '{ print $2 }' | one "peak memory with structs of the kernel" MB "16 MB"

source Benchmarks/stacks.sh
