// The first process of a machine that is asked for facts (record-facts.sh): writes an archive (cpio, newc) with its kernel's
// files and two of its own, "machine" and "features", to the serial port, and ends the machine.
//
// "features" has a line for each of swtrace's KernelFeature, "NAME yes" or "NAME no", found by the same trials as there
// (KernelFeatures.swift).
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

static FILE *archive;

static void entry(const char *path, const char *bytes, size_t size, unsigned mode) {
  static unsigned inode;
  size_t name = strlen(path) + 1;
  fprintf(archive, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", ++inode, mode, 0, 0, 1, 0, size, 0, 0, 0, 0,
          name, 0);
  fwrite(path, 1, name, archive);
  for (size_t at = 110 + name; at % 4; at++) fputc(0, archive);
  fwrite(bytes, 1, size, archive);
  for (size_t at = size; at % 4; at++) fputc(0, archive);
}

// Files there have no size before they are read.
static void keep(const char *path) {
  static char *bytes;
  static size_t capacity;
  int file = open(path, O_RDONLY);
  if (file < 0) return;
  size_t size = 0;
  ssize_t count;
  do {
    if (capacity - size < 1 << 16) bytes = realloc(bytes, capacity = capacity * 2 + (1 << 17));
    count = read(file, bytes + size, capacity - size);
    if (count > 0) size += count;
  } while (count > 0);
  close(file);
  entry(path + 1, bytes, size, S_IFREG | 0644);
}

// The formats of a folder of events and of those in it.
static void keep_formats(const char *folder) {
  DIR *stream = opendir(folder);
  struct dirent *file;
  while (stream && (file = readdir(stream))) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, file->d_name);
    if (file->d_type == DT_DIR && file->d_name[0] != '.') keep_formats(path);
    if (!strcmp(file->d_name, "format")) keep(path);
  }
  if (stream) closedir(stream);
}

static char log_text[4096];

static int bpf(int command, void *attributes, size_t size) {
  int result = syscall(SYS_bpf, command, attributes, size);
  return result < 0 ? -errno : result;
}

static int load(unsigned type, const uint64_t *code, unsigned count, unsigned attach, unsigned btf) {
  union bpf_attr attr = {.prog_type = type, .insn_cnt = count, .insns = (uintptr_t)code, .license = (uintptr_t)"GPL",
                         .log_level = 1, .log_size = sizeof log_text, .log_buf = (uintptr_t)log_text,
                         .expected_attach_type = attach};
  attr.attach_btf_id = btf;
  log_text[0] = 0;
  return bpf(BPF_PROG_LOAD, &attr, sizeof attr);
}

static const uint64_t zero_r0 = 0xb7, end = 0x95;

// Of enum bpf_attach_type; the newest are not in older headers.
enum { typed_raw_tracepoint = 23, kprobe_multi = 42, uprobe_multi = 48, kprobe_session = 56 };

static int has_helper(unsigned type, uint64_t helper) {
  int program = load(type, (uint64_t[]){0x85 | helper << 32, end}, 2, 0, 0);
  return program >= 0
         || (log_text[0] && !strstr(log_text, "unknown func") && !strstr(log_text, "invalid func")
             && !strstr(log_text, "cannot use helper"));
}

static int has_typed_raw_tracepoints(void) {
  int program = load(BPF_PROG_TYPE_TRACING, (uint64_t[]){zero_r0, end}, 2, typed_raw_tracepoint, 1);
  return program >= 0 || strstr(log_text, "attach_btf_id 1 is not a typedef");
}

static int has_ring_buffer(void) {
  union bpf_attr attr = {.map_type = BPF_MAP_TYPE_RINGBUF, .max_entries = getpagesize()};
  return bpf(BPF_MAP_CREATE, &attr, sizeof attr) >= 0;
}

static int has_sign_extending_move(void) {
  return load(BPF_PROG_TYPE_TRACEPOINT, (uint64_t[]){0x1b7, 0x811bf, zero_r0, end}, 4, 0, 0) >= 0;
}

// BPF_LINK_CREATE: the program, no target, the kind, no flags, then what the kind has.
struct link { uint32_t program, target, kind, flags; uint64_t rest[5]; };

static int has_kprobe_link(unsigned kind) {
  int program = load(BPF_PROG_TYPE_KPROBE, (uint64_t[]){zero_r0, end}, 2, kind, 0);
  struct link link = {program, 0, kind, 0, {1ull << 32, 0, 1}};
  return program >= 0 && bpf(BPF_LINK_CREATE, &link, 48) == -EFAULT;
}

static int has_uprobe_link(void) {
  uint64_t offset = 0;
  int program = load(BPF_PROG_TYPE_KPROBE, (uint64_t[]){zero_r0, end}, 2, uprobe_multi, 0);
  struct { struct link link; uint64_t pid; } multi = {
    {program, 0, uprobe_multi, 0, {(uintptr_t)"/", (uintptr_t)&offset, 0, 0, 1}}, 0};
  return program >= 0 && bpf(BPF_LINK_CREATE, &multi, sizeof multi) == -EBADF;
}

static void keep_features(void) {
  unsigned tracepoint = BPF_PROG_TYPE_TRACEPOINT;
  int has_types = access("/sys/kernel/btf/vmlinux", R_OK) == 0;
  struct { const char *name; int is_there; } features[] = {
    {"attachCookie", has_helper(tracepoint, BPF_FUNC_get_attach_cookie)},
    {"bootTime", has_helper(tracepoint, BPF_FUNC_ktime_get_boot_ns)},
    {"btf", has_types},
    {"currentTaskBTF", has_helper(tracepoint, BPF_FUNC_get_current_task_btf)},
    {"forEachMapElement", has_helper(tracepoint, BPF_FUNC_for_each_map_elem)},
    {"instructionSetV4", has_sign_extending_move()},
    {"kprobeMulti", has_kprobe_link(kprobe_multi)},
    {"userWrites", has_helper(BPF_PROG_TYPE_TRACEPOINT, BPF_FUNC_probe_write_user)},
    {"kprobeOverride", has_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_override_return)},
    {"kprobeSession", has_types && has_kprobe_link(kprobe_session)},
    {"loop", has_helper(tracepoint, BPF_FUNC_loop)},
    {"perCPULookup", has_helper(tracepoint, BPF_FUNC_map_lookup_percpu_elem)},
    {"ringBuffer", has_ring_buffer()},
    {"taiTime", has_helper(tracepoint, BPF_FUNC_ktime_get_tai_ns)},
    {"taskStorage", has_helper(tracepoint, BPF_FUNC_task_storage_get)},
    {"tracingRawTracepoint", has_typed_raw_tracepoints()},
    {"uprobeMulti", has_uprobe_link()},
  };
  char text[1024] = "";
  for (unsigned index = 0; index < sizeof features / sizeof *features; index++) {
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "%s %s\n", features[index].name, features[index].is_there ? "yes" : "no");
  }
  entry("features", text, strlen(text), S_IFREG | 0644);
}

static void keep_machine(void) {
  struct utsname names;
  char text[512];
  uname(&names);
  snprintf(text, sizeof text, "%s %s %d\n", names.machine, names.release, getpagesize());
  entry("machine", text, strlen(text), S_IFREG | 0644);
}

int main(void) {
  mkdir("/proc", 0755), mkdir("/sys", 0755), mkdir("/dev", 0755);
  mount("none", "/proc", "proc", 0, 0);
  mount("none", "/sys", "sysfs", 0, 0);
  mount("none", "/dev", "devtmpfs", 0, 0);
  mount("none", "/sys/kernel/tracing", "tracefs", 0, 0);
  int port = open(access("/dev/ttyAMA0", W_OK) ? "/dev/ttyS0" : "/dev/ttyAMA0", O_RDWR | O_NOCTTY);
  struct termios settings;
  tcgetattr(port, &settings);
  cfmakeraw(&settings);
  tcsetattr(port, TCSANOW, &settings);
  archive = fdopen(port, "w");
  keep_machine();
  keep_features();
  keep("/sys/devices/system/cpu/possible");
  keep("/sys/kernel/btf/vmlinux");
  keep("/proc/kallsyms");
  keep("/sys/kernel/tracing/available_filter_functions");
  keep_formats("/sys/kernel/tracing/events");
  entry("TRAILER!!!", "", 0, 0);
  fflush(archive);
  tcdrain(port);
  reboot(RB_AUTOBOOT);
  return 0;
}
