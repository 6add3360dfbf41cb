extension Topic {
  static let cgroups = Topic(
    "Control groups",
    [
      .value(
        "cgroup", "uint64 cgroup", "ID of the current cgroup (version 2).",
        example: #"tracepoint:raw_syscalls:sys_enter { @[cgroup] = count(); }"#
      ) { $1.context(.cgroup, .uint64) },
      .function(
        "cgroupid", 1...1, "uint64 cgroupid(const string path)", "The ID of the cgroup (version 2) at a path.",
        example: #"tracepoint:raw_syscalls:sys_enter /cgroup == cgroupid("/sys/fs/cgroup")/ { @[comm] = count(); }"#
      ) { $0.cgroupID($1) },
      .function(
        "cgroup_path", 1...2, "cgroup_path_t cgroup_path(uint64 id [, const string filter])",
        "A cgroup's path, found when it prints.",
        example: #"tracepoint:sched:sched_process_exec { printf("%s %s\n", cgroup_path(cgroup), comm); }"#
      ) { $0.cgroupPath($1) },
    ])
}
