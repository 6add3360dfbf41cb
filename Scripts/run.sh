#!/usr/bin/env bash
# Counts this machine's system calls by name for three seconds. Where the kernel or this user cannot trace, says so and
# shows what the same line compiles to.
set -euo pipefail

cd "$(dirname "$0")/.."
swtrace=.build/release/swtrace
line='tracepoint:syscalls:sys_enter_* { @[probe] = count(); }'

if problem=$("$swtrace" --dry-run -e "$line" 2>&1 >/dev/null); then
  echo "swtrace -e '$line'"
  exec timeout --foreground --preserve-status --signal=INT 3 "$swtrace" -e "$line"
fi

target=Tests/Targets/one-liner.json
printf '%s\n\nTracing needs root and a kernel with BPF. This is what the line compiles to on a recorded machine:\n\n' "$problem"
echo "swtrace --target $target -d bpf,maps -e '$line'"
exec "$swtrace" --target "$target" -d bpf,maps -e "$line"
