# From what the machines wrote, each after a line "boot KERNEL SECONDS": what failed and what was skipped, and a table of
# kernels and groups of scripts. Fails when a script failed or there is none; a machine without a line "end" was stopped.
{ sub(/\r$/, "") }
$1 == "boot" { kernel = $2; kernels[++kernelCount] = kernel; seconds[kernel] = $3; release[kernel] = "-" }
$1 == "kernel" { release[kernel] = $2 }
$1 == "end" { ended[kernel] = 1 }
function add(group, state, number) {
  if (!(group in known)) { known[group]; groups[++groupCount] = group }
  count[kernel, group, state] += number
  total[state] += number
}
$1 == "scripts" { add($2, "ok", $3); add($2, "skipped", $4); time[kernel, $2] = $5 }
$1 == "refused" { print "skipped: " kernel " " $2 ":" substr($0, length($1 " " $2) + 1) }
$1 == "script" {
  group = $2
  state = $4
  add(group, state, 1)
  if (state != "ok") print state ": " kernel " " group "/" $3
}
$1 == "|" { print "    " substr($0, 3) }
END {
  if (total["failed"] + total["skipped"]) print ""
  printf "| kernel | release | seconds |"
  for (g = 1; g <= groupCount; g++) printf " %s |", groups[g]
  printf "\n|---|---|---|"
  for (g = 1; g <= groupCount; g++) printf "---|"
  print ""
  for (k = 1; k <= kernelCount; k++) {
    kernel = kernels[k]
    printf "| %s | %s | %s |", kernel, release[kernel], seconds[kernel] (kernel in ended ? "" : ", STOPPED")
    for (g = 1; g <= groupCount; g++) {
      text = count[kernel, groups[g], "ok"] + 0 " ok"
      if (n = count[kernel, groups[g], "skipped"]) text = text ", " n " skipped"
      if (n = count[kernel, groups[g], "failed"]) text = text ", " n " FAILED"
      if ((kernel, groups[g]) in time) text = text " in " time[kernel, groups[g]] " s"
      printf " %s |", text
    }
    print ""
  }
  exit total["failed"] > 0 || total["ok"] + 0 == 0
}
