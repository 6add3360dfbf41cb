#!/usr/bin/env bash
# Renews Scripts/Release/start-order.txt, the functions that run when scripts start and end, for the linker to lay side by
# side: the kernel then maps fewer pages of the executable. What the list has too much or too little costs some pages only.
# Needs root, tracefs and valgrind.
set -euo pipefail

cd "$(dirname "$0")/../.."
KEEPS_SYMBOLS=1 Scripts/release.sh swtrace
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT

# The first comes first: functions of later ones follow in the list.
scripts=(
  'BEGIN { printf("hi\n"); exit(); }'
  'tracepoint:syscalls:sys_enter_* { @[probe] = count(); } interval:ms:100 { exit(); }'
  'tracepoint:sched:sched_switch { @[comm] = hist(args.prev_pid); printf("%s\n", comm); } interval:ms:100 { exit(); }'
)
for script in "${scripts[@]}"; do
  valgrind --tool=callgrind --demangle=no --callgrind-out-file="$work/calls" .build/release/swtrace -e "$script" \
    >"$work/output" 2>&1 || { cat "$work/output" >&2; exit 1; }
  # Where a function is first named: fn=(12) NAME, with 'LEVEL after it where it calls itself.
  sed --quiet --regexp-extended "s/^c?fn=\([0-9]+\) ([^ ']+).*/\1/p" "$work/calls" | grep --invert-match '^0x' |
    LC_ALL=C sort --unique
done | awk '!seen[$0]++' >"$work/order"
mv "$work/order" Scripts/Release/start-order.txt
wc --lines Scripts/Release/start-order.txt
