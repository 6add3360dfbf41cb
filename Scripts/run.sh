#!/usr/bin/env bash
# Counts this machine's system calls by name for three seconds. Where the kernel lets nobody trace, or not this user, shows
# what the same line compiles to.
set -euo pipefail

swtrace=$1
line='tracepoint:syscalls:sys_enter_* { @[probe] = count(); }'

if problem=$("$swtrace" --dry-run -e "$line" 2>&1 >/dev/null); then
  echo "swtrace -e '$line'"
  exec timeout --foreground --signal=INT 3 "$swtrace" -e "$line"
fi

echo "$problem"
echo "This needs root and a kernel with BPF. What the line compiles to, for a recorded machine:"
echo
echo "swtrace --target Tests/Targets/one-liner.json -d bpf,maps -e '$line'"
exec "$swtrace" --target Tests/Targets/one-liner.json -d bpf,maps -e "$line"
