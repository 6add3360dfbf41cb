import Glibc

/// Scripts to round-trip and to mutate.
enum Corpus {
  /// The tools of the bpftrace package; empty where it is not installed.
  static let installed = scripts(in: "/usr/sbin")

  /// The examples and the scripts of golden tests.
  static let own = scripts(in: repository + "/examples") + scripts(in: repository + "/Tests/GoldenTests/Scripts")

  private static let repository = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

  private static func scripts(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".bt") { names.append(folder + "/" + name) }
    }
    return names.sorted()
  }

  static func bytes(of path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// Scripts that together hold every construct of the language.
  static let examples = [
    #"""
    #!/usr/bin/env swtrace
    // Every item.
    #include <linux/sched.h>
    #define FOO 1 // one
    #define LONG(a) \
       (a + 1)

    config = {
      stack_mode = perf;
      max_map_keys = 4096;
      license = "Dual MIT/GPL" // last
    }

    import "stdlib/x";
    let @a = lruhash(100);
    let @ = hash(10)

    struct S {
      int x;
      unsigned long long y:3, z : 5;
      const char *name;
      struct { int a; union { u8 b; __u16 c; }; };
      struct inner { int q; } in[4];
      int (*fn)(int, void *);
      void (*cbs[3])(void);
      int (*arr)[4];
      struct list_head list;
      enum e { A, B = 1 << 2, C } kind;
      uint8_t pad[] __attribute__((aligned(8)));
      int : 0;
    } __attribute__((packed));
    union U { int config; char for[8]; }
    enum E { X = 0x10, Y, };
    typedef struct { int v; } foo_type, *foo_ptr;
    typedef unsigned int u_int;
    struct fwd;

    macro add_one(x) { x + 1 }
    macro side($a, @b, c) { $a += 1; @b++; if (c) { 0 } else if comptime is_str(c) { 1 } else { 2 } }
    macro noval(c) { if (c) { print(1); } }
    macro types(t, u = 4) { sizeof(t) + sizeof(u[2]) + sizeof((u[0])) }

    BEGIN { printf("hi\n"); }
    """#,
    #"""
    begin, kprobe:f+0x10,
    uprobe:/usr/lib/x86_64-linux-gnu/libc.so.6:malloc, usdt:*:x, usdt:/bin/*:p:q,
    uprobe:/a:"ns::f(int, char)", watchpoint:0x1000:8:rw, interval:1s, hardware:cache-misses:1e6,
    tracepoint:syscalls:sys_{
      1;
    }
    name=kprobe:vfs_[rw]*, tracepoint:$1:"quo\"ted", software:faults: /pid == $1 && $# > 0/ { @ = count() }
    kprobe:f /a / b/ { }
    kprobe:f / (x/y) /{ }
    kprobe:f/*p/ {}*/ /pid/{ }
    kprobe:f / *p /{ }
    iter:task_file:/sys/fs/bpf/files { }
    uprobe:/bin/x:github.com/foo/bar.Func { }
    tracepoint:syscalls:sys_enter_* < @[probe] = count(); >
    tracepoint:a:b < @ = count() >
    tracepoint:a:c /pid > 1/ < $a = x > 1; if (a > 2) { b > 3; } @ = count(); >
    tracepoint:a:c / pid / < print(a > (b)) >
    interval:s:1 < $x = 1 > 2 >
    END { }
    """#,
    #"""
    kprobe:g {
      $x = 1; $x += 2; $x <<= 3; @m[1, "a", (2, 3)] = $x; @m[(1,2)]--; ++$x; $x--;
      let $y : uint64 = 1; let $z; let $w: struct foo *; let $v : string[64]; let $t : (int32, string);
      let $u : typeof($x) = 3;
      $a = (uint64)-1; $b = (x)-1; $c = (struct task_struct *)curtask; $d = (uint8[8])x; $e = (int32*)x;
      $g = (foo_type)5; $h = (foo_ptr)(-1); $i = (foo)$x; $j = (foo *)-1; $k = (unsigned long)x; $l = (int8[])1;
      $m = (const char *)x; $n = (size_t)*p; $o = (u32)~1; $p = **(int64**)reg("sp") + 16;
      $q = (1,); $r = (); $s = (1, "a", (2,)); $t = (name=1, b = 2); $u = $s.2.0; $w = ($t.b).x->y[3].0;
      $x = a ? b : c ? d : e; $x = a ?: b; $x = { let $b = 1; $b }; $x = if (a) { 1 } else { 2 };
      $x = comptime 1 + 2; $x = -(-1); $x = - -1; $x = !!a; $x = -~+*&$a; $x = (a ? b : c) + ({ 1 });
      $n = 0x1fUL + 0777 + 1_000_000 + 1e6 + 10ms + 5d + 1ull + 0b101;
      $s = "esc \n \t \r \" \\ \033[0m \x1b z";
    }
    """#,
    #"""
    kprobe:g {
      if (a > 1) { b } else if a { c } else { d }
      if comptime (!is_str(x)) { fail("no"); }
      unroll(5) { $i++ } unroll $1 { }
      while ($i <= 100) { if ($i > 5) { break; } $i++; continue }
      for ($kv : @map) { print($kv.0.1, $kv.1); } for $i : 1..$n { } for ($i : 0..10) { print($i) }
      for ($i : start..end) { } for $kv : @m { return; }
      _ = has_key(@a, 1); { { 1 } } return; return 1;
      print(sizeof(struct foo)); print(sizeof($x), sizeof(int32*), offsetof(struct a, b.c.d), offsetof($x, y));
      print(typeinfo(int8), typeinfo((x[0])).1); ({ 1 }); (if a { 1 } else { 2 });
      sof(struct qspinlock, uint64*, string[64], typeof(int8));
      print(@a); clear(@); delete(@x[k]); print((1, 2)); @[probe] = count(); @++;
      a; ; ; /* a */ b; // c
      $x = (a + b) * c; $x = (a * b) + c; $x = a - (b - c); $x = (a && b) || c; // d
      $x = $y.config; $z = args.for->if; f(1, // e
        2, // g
        /* h */ 3); if (a) // i
      { /* j */ } /* k */ else /* l */ { m } // n
      /* trailing */
    }
    """#,
  ]
}
