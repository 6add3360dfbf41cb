#!/usr/bin/env bash
# Runs the scripts of Tests/Peer with swtrace and with bpftrace and compares what they print and how they end. Prints a table,
# and each difference; ends with status 1 when there is one that Tests/Peer/explained.txt does not have. Needs root.
#
#   Scripts/peer-test.sh [--list] [PATTERN...]
#
# PATTERN chooses scripts by TOPIC/NAME, as globs do; --list prints names alone. SWTRACE and BPFTRACE name other executables
# than .build/release/swtrace and the installed bpftrace. Outputs stay in .build/peer-test.
#
# The first lines of a script may say:
#   // arguments: WORDS        options before the script
#   // parameters: WORDS       words after it
#   // command: WORDS          all words, in place of these; $script is the file, $folder where it lies
#   // environment: A=1 B=2    variables of both programs
#   // workload: WORDS         the command of -c; $workloads is the folder of scripts for bash
#   // compare: WORD           exact (as it stands, if nothing is said); sorted (lines in any order); shape (numbers and bars
#                              do not count); lines (how many); status (how it ends); refused (neither takes it)
# Where both refuse a script, they are the same. A line that tells how many probes are attached does not count. JOBS says how
# many scripts run at a time, if not two.
set -euo pipefail

cd "$(dirname "$0")/.."
results=$PWD/.build/peer-test
export SWTRACE=${SWTRACE:-.build/release/swtrace} BPFTRACE=${BPFTRACE:-bpftrace}

setting() { sed -n "1,8s|^// $1: ||p" "$2" | head -1; }

# What must differ between two runs is replaced or left out: the file's name and the number of probes attached.
normalised() {
  sed --regexp-extended -e '/^Attach(ed|ing) [0-9]+ probes?|^No probes to attach/d' -e "s|$script|SCRIPT|g" |
    case $1 in
      sorted) sort ;;
      shape)
        sed --regexp-extended -e 's/\|[@ ]*\|/|bar|/' -e 's/0x[0-9a-f]+/N/g' -e 's/-?[0-9]+[KMGTP]?/N/g' -e 's/ +/ /g' |
          awk 'previous != $0; { previous = $0 }'
        ;;
      lines) wc --lines ;;
      status) cat >/dev/null ;;
      *) cat ;;
    esac
}

# Runs one of the two programs: what it prints, its messages and its status are files beside each other.
run() {
  local program=$1 out=$2 status=0
  (
    [[ -z $environment ]] || eval "export $environment"
    timeout --kill-after=5 60 "$program" "${words[@]}" </dev/null >"$out.raw" 2>"$out.messages"
  ) 2>/dev/null || status=$?
  normalised "$compare" <"$out.raw" >"$out"
  # Which status a refusal has is not compared; bpftrace refuses some scripts by abort (134). Other signals are no refusal.
  if [[ -s $out || $status -eq 0 || ($status -ge 124 && $status -ne 134 && $status -lt 255) ]]; then
    echo "ends with $status" >>"$out"
  else
    echo "refuses" >>"$out"
  fi
}

# Whether explained.txt, whose lines are "PATTERN: why", has the script.
explained() {
  local pattern why
  while IFS=: read -r pattern why; do
    # shellcheck disable=SC2053
    [[ -z $why || $1 != $pattern ]] || return 0
  done <Tests/Peer/explained.txt
  return 1
}

one() {
  local name=$1 script=$PWD/Tests/Peer/$1.bt folder words environment compare command workload
  local ours=$results/$1.swtrace theirs=$results/$1.bpftrace
  mkdir -p "$(dirname "$ours")"
  # Both read a copy: a bpftrace of another root directory sees /tmp.
  folder=$copies/$(dirname "$name") script=$copies/$name.bt
  compare=$(setting compare "$script") environment=$(setting environment "$script") command=$(setting command "$script")
  if [[ -n $command ]]; then
    eval "words=($command)"
  else
    eval "words=($(setting arguments "$script") "'"$script"'" $(setting parameters "$script"))"
    workload=$(setting workload "$script") workload=${workload//'$workloads'/$copies/workloads}
    [[ -z $workload ]] || words=(-c "$workload" "${words[@]}")
  fi
  run "$SWTRACE" "$ours"
  run "$BPFTRACE" "$theirs"
  local both=same
  if [[ $compare == refused ]]; then
    { tail -1 "$ours" | grep --quiet refuses; } || both=different
    { tail -1 "$theirs" | grep --quiet refuses; } || both=different
  elif [[ $(tail -1 "$ours")$(tail -1 "$theirs") != refusesrefuses ]]; then
    cmp --quiet "$ours" "$theirs" || both=different
  fi
  [[ $both == same ]] || ! explained "$name" || both=explained
  echo "$name $both" >"$results/$name.result"
}

if [[ ${1-} == --one ]]; then
  one "$2"
  exit
fi
list=
if [[ ${1-} == --list ]]; then list=1; shift; fi
[[ $# -gt 0 ]] || set -- '*'
names=()
while read -r file; do
  name=${file#Tests/Peer/} name=${name%.bt}
  for pattern in "$@"; do
    # shellcheck disable=SC2053
    [[ $name != $pattern ]] || { names+=("$name"); break; }
  done
done < <(find Tests/Peer -mindepth 2 -maxdepth 2 -name '*.bt' | sort)
if [[ -n $list ]]; then
  printf '%s\n' "${names[@]}"
  exit
fi

copies=$(mktemp --directory /tmp/peer-test.XXXXXX)
export copies
trap 'rm -rf "$copies"' EXIT
cp -r Tests/Peer/. "$copies"
mkdir -p "$results"
version=$("$BPFTRACE" --version)
echo "${#names[@]} scripts, against $version"
[[ $version == *v0.27* ]] || echo "The scripts are of bpftrace 0.27: another version differs in what it does not have yet."
printf '%s\n' "${names[@]}" | xargs --max-procs="${JOBS:-2}" --max-args=1 "$0" --one

all=$results/all
for name in "${names[@]}"; do cat "$results/$name.result"; done >"$all"
while read -r name both; do
  [[ $both == different ]] || continue
  echo
  echo "$name (- bpftrace, + swtrace)"
  diff --unified=1 "$results/$name.bpftrace" "$results/$name.swtrace" | sed '1,2d; /^@@/d; s/^/  /' | head -30 || true
done <"$all"
echo
awk '
  { split($1, parts, "/"); topics[parts[1]] = 1; counts[parts[1], $2]++; counts["all", $2]++ }
  function row(topic) {
    return sprintf("%-14s %9d %9d %9d", topic, counts[topic, "same"], counts[topic, "explained"], counts[topic, "different"])
  }
  END {
    printf "%-14s %9s %9s %9s\n", "", "same", "explained", "different"
    fflush()
    for (topic in topics) print row(topic) | "sort"
    close("sort")
    print row("all")
    exit counts["all", "different"] > 0
  }' "$all"
