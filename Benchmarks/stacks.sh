# What stacks cost; a part of run.sh, whose functions and variables it uses.

for program in stacks deep; do
  clang -O1 -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -fno-optimize-sibling-calls -Wall -Wextra -Werror \
    -o "$work/$program" "Benchmarks/$program.c"
done

# named TRACER: milliseconds from the signal that ends a trace of 100,000 stacks to its end, and peak memory in MB.
named() {
  local script='tracepoint:syscalls:sys_enter_getppid /comm == "stacks"/ { @[ustack(8)] = count(); }' makers cost start
  BPFTRACE_MAX_MAP_KEYS=131072 "$work/cost" "$1" -o "$work/named" -e "$script" >"$work/cost-of-names" &
  cost=$!
  sleep 3
  coproc { exec "$work/stacks"; }
  makers=$COPROC_PID
  read -r <&"${COPROC[0]}"
  start=$(date +%s%N)
  pkill --signal INT --parent "$cost"
  wait "$cost"
  awk -v ns=$(($(date +%s%N) - start)) '{ printf "%.1f %s ", ns / 1e6, $2 }' "$work/cost-of-names"
  kill "$makers"
  wait "$makers" 2>/dev/null || true
  (($(grep --count way_ "$work/named") > 99000)) || echo "only $(grep --count way_ "$work/named") functions have names" >&2
}

# One turn: it takes bpftrace long.
{ named "$swtrace"; named "$bpftrace"; } >"$work/names"
echo >>"$work/names"
awk '{ print $1, $3 }' "$work/names" | figure "name 100,000 functions of 200 processes" ms "ratio 0.2, 2 s"
awk '{ print $2, $4 }' "$work/names" | figure "and the peak memory" MB "200 MB"

# sampling TRACER: per cent of all CPUs that ten seconds of samples take, on a machine that is busy.
sampling() {
  local worker workers=() times TIMEFORMAT='%U %S'
  for ((worker = 0; worker < $(nproc); worker++)); do
    (while :; do "$work/deep" "$work/ignored" 20; done) &
    workers+=($!)
  done
  times=$({ time "$1" -q -e 'profile:hz:99 { @[ustack, kstack, comm] = count(); } interval:s:10 { exit(); }' &>/dev/null; } 2>&1)
  kill "${workers[@]}"
  wait "${workers[@]}" 2>/dev/null || true
  awk -v cpus="$(nproc)" '{ printf "%.2f ", ($1 + $2) * 10 / cpus }' <<<"$times"
}

{ sampling "$swtrace"; sampling "$bpftrace"; } | figure "sample a busy machine, of all CPUs" "%" "1 %"

# Each against the other of swtrace: bpftrace's dw_ustack walks one process at a time.
echo "added to each getppid 32 functions deep by"
for ((turn = 0; turn < turns; turn++)); do
  for builtin in dw_ustack ustack; do
    "$work/deep" "$work/alone" 32
    "$swtrace" -q -e "tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { @[$builtin(raw)] = count(); }" \
      -c "$work/deep $work/traced 32" &>/dev/null
    paste "$work/traced" "$work/alone" | awk '{ printf "%s ", $1 - $2 }'
  done
  echo
done | figure "  @[dw_ustack] = count(), and by @[ustack]" ns "ratio 3"
