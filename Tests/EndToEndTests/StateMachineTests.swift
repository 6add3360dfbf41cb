import TestSupport
import Testing

/// What tools do with maps and pointers: states, last values, averages, rings, walks from struct to struct. Values are those
/// that bpftrace 0.27 prints where it takes the script.
@Suite(.root) struct StateMachineTests {
  private func output(_ script: String) throws -> String {
    let text = try Tracing.output("config = { print_maps_on_exit = 0 } \(script)", options: ["--no-warnings"])
    return text.split(separator: "\n").joined(separator: " ")
  }

  @Test(
    "maps that feed themselves and each other",
    arguments: [
      ("@b = @b + 1; @b = @b + 1; print(@b);", "@b: 2"),
      ("$i = 0; while ($i < 10) { @avg = (@avg * 7 + 80) / 8; $i++; } print(@avg);", "@avg: 56"),
      ("@prev = @cur; @cur = 5; @d = @cur - @prev; @peak = @d > @peak ? @d : @peak; print((@prev, @peak));", "(0, 5)"),
      ("for ($i : 0..10) { @t = @a + @b; @a = @b; @b = @t + !@t; } print((@a, @b));", "(34, 55)"),
      (
        "unroll(2) { @state = @state == \"\" ? \"idle\" : \"busy\"; print((@state, 1)); }", "(idle, 1) (busy, 1)"
      ),
      ("@a = \"first\"; @t = @a; @a = @b; @b = @t; print((@a, @b));", "(, first)"),
      ("@old = @new; @new = \"x\"; @new = \"longer text\"; @old = @new; print(@old);", "@old: longer text"),
      ("@a = @b; @b = @a; print((@a, @b));", "(0, 0)"),
      ("@x += @y; @y |= @x; @x = @y + 1; @y <<= @x; @x -= 2; print((@x, @y));", "(-1, 0)"),
      ("@on = !@on; @was = @on; @on = !@on; print((@was, @on));", "(true, false)"),
      ("@min = @min == 0 || 7 < @min ? 7 : @min; @min = @min == 0 || 5 < @min ? 5 : @min; print(@min);", "@min: 5"),
      ("@total = @total + @delta; @delta = (uint32)5; @total = @total + @delta; print(@total);", "@total: 5"),
      ("@c = @d; @d = kstack; @c = @d; print(@c == @d);", "true"),
      ("@b = @c; @c = buf(\"abcd\", 4); @b = @c; print(@b);", "@b: abcd"),
      ("@u = (@u + 1) & 0xff; @v = @v | 1 << 3; @w = @w ^ ~0; print((@u, @v, @w));", "(1, 8, -1)"),
    ])
  func maps(actions: String, expected: String) throws {
    #expect(try output("begin { \(actions) exit(); }") == expected)
  }

  @Test(
    "tuples, keys, aggregations, blocks and variables in between",
    arguments: [
      ("unroll(3) { @p = (@p.0 + 1, @p.0 + @p.1); } print(@p);", "@p: (3, 3)"),
      ("@x = (@y.1, 7); @y = (@x.1, @x.0 + 2); print((@x, @y));", "((0, 7), (7, 2))"),
      ("unroll(2) { @n = (@n.0 + 1, (@n.1.0 + 2, \"x\")); } print(@n);", "@n: (2, (4, x))"),
      ("unroll(2) { @r = (hits = @r.hits + 1, name = \"n\"); } print(@r.hits);", "2"),
      (
        "unroll(2) { @slot = (@slot + 1) % 4; @ring[@slot] = @ring[@slot] + @slot; } print(@ring);",
        "@ring[1]: 1 @ring[2]: 2"
      ),
      (
        "@name[@id[comm]] = 1; @id[comm] = @id[comm] + 1; @name[@id[comm]] = 2; print(@name);",
        "@name[0]: 1 @name[1]: 2"
      ),
      ("@k[@j] = 1; @j = @k[2] + 1; print(@k);", "@k[0]: 1"),
      ("@a[@a[1]] = @a[2] + 1; print(@a);", "@a[0]: 1"),
      (
        "@c = count(); @c = count(); @seen = @seen + @c; @rate = @c - @prev; @prev = @c; print((@seen, @rate));",
        "(2, 2)"
      ),
      ("@m = max(5); @m = max(9); @hi = @m > @hi ? @m : @hi; print(@hi);", "@hi: 9"),
      ("@h = max(@n); @n = @n + 4; @h = max(@n); print(@h);", "@h: 4"),
      (
        "@m[1] = 10; @m[2] = 20; for ($kv : @m) { @t = @t + $kv.1; @b = $kv.1 > @b ? $kv.1 : @b; } print((@t, @b));",
        "(30, 20)"
      ),
      ("for ($kv : @m) { @n = $kv.1; } @m[1] = @n; print(@m);", "@m[1]: 0"),
      ("@v = { $t = @v; $t + 2 }; @v = { let $t = @v; $t + 2 }; print(@v);", "@v: 4"),
      ("unroll(2) { @v = if (@v > 0) { @v * 2 } else { 3 }; } print(@v);", "@v: 6"),
      ("$x = @a; @a = $x + 1; $y = @a; @a = $y + $x; $x = $y; @b = $x; print((@a, @b));", "(1, 1)"),
      ("let $x; let $y; $x = $y; $y = $x + 3; $x = $y; print(($x, $y));", "(3, 3)"),
      ("let $x; for ($k : 0..3) { $x = $x * 2 + 1; } print($x);", "7"),
    ])
  func composites(actions: String, expected: String) throws {
    #expect(try output("begin { \(actions) exit(); }") == expected)
  }

  @Test("types pass from probe to probe, macros and declared maps included")
  func probes() throws {
    #expect(
      try output(
        "end { @e = @d; print(@e); } begin { @d = @c; exit(); } begin { @c = @b; } begin { @b = @a; } begin { @a = \"deep\"; }"
      )
        == "@e: ")
    #expect(
      try output("macro bump(@m) { @m = @m + 1; @m } begin { print(bump(@z)); print(bump(@z)); exit(); }") == "1 2")
    #expect(
      try output("let @h = hash(10); begin { @h[1] = @h[1] + 5; @h[2] = @h[1]; print(@h[2]); exit(); }") == "5")
  }

  @Test(
    "pointers that casts, members and the current task give",
    arguments: [
      ("$t = curtask; $t = $t.real_parent; print($t.tgid == curtask.real_parent.tgid);", "true"),
      (
        "$t = curtask; $n = 0; while ($t.pid != 0 && $n < 50) { $n++; $t = $t->real_parent; } print(($t.pid, $n > 1));",
        "(0, true)"
      ),
      ("$t = curtask; unroll(3) { if ($t.pid > 1) { $t = $t.real_parent; } } print($t.pid >= 0);", "true"),
      ("$t = (struct task_struct *)curtask; $p = $t->real_parent; if ($p != 0) { $t = $p; } print($t == $p);", "true"),
      ("$p = curtask.real_parent; $q = $p != 0 ? $p.real_parent : 0; print($q.tgid == $p.real_parent.tgid);", "true"),
      ("$t = cpu == 1000 ? curtask.real_parent : curtask; print($t.pid == curtask.pid);", "true"),
      (
        "@t[0] = curtask; @t[1] = @t[0].real_parent; @t[0] = @t[1]; print(@t[0].tgid == curtask.real_parent.tgid);",
        "true"
      ),
      (
        "@a[tid] = (uint64)curtask; $t = (struct task_struct *)@a[tid]; $t = $t.group_leader; print($t.tgid == curtask.tgid);",
        "true"
      ),
      ("$n = (struct list_head *)0; $n = $n.next; print($n);", "0x0"),
      (
        "$n = curtask.tasks.next; $n = $n.prev; print((uint64)$n - (uint64)curtask == offsetof(struct task_struct, tasks));",
        "true"
      ),
      (
        "$s = curtask.nsproxy.pid_ns_for_children; $l = $s.level; while ($s.level > 0) { $s = $s.parent; $l--; } print($l);",
        "0"
      ),
      ("$d = curtask.fs.root.dentry; $d = $d.d_parent; print($d == curtask.fs.root.dentry.d_parent);", "true"),
      (
        "$m = curtask.mm; @v = @v + $m.total_vm; $m = curtask.active_mm; print(($m == curtask.mm, @v > 0));",
        "(true, true)"
      ),
      ("$f = curtask.files.fdt.fd; $x = *$f; $x = $f[0]; print($x == *$f);", "true"),
      (
        "@p = @p == 0 ? curtask : @p.real_parent; @p = @p == 0 ? curtask : @p.real_parent; print(@p == curtask.real_parent);",
        "true"
      ),
    ])
  func pointers(actions: String, expected: String) throws {
    #expect(try output("begin { \(actions) exit(); }") == expected)
  }

  @Test("the kernel's structs are read as such in probes whose pointers are the user's")
  func spaces() throws {
    let read = "print(($t.tgid == curtask.tgid, $t.real_parent.tgid == curtask.real_parent.tgid));"
    for start in ["let $t: struct task_struct * = curtask;", "$t = (struct task_struct *)0; $t = curtask;"] {
      #expect(
        try output("tracepoint:syscalls:sys_enter_* /!@done/ { @done = 1; \(start) \(read) exit(); }") == "(true, true)"
      )
    }
  }

  @Test("wake-ups and switches are paired as run queue latency tools pair them")
  func runQueue() throws {
    let script = """
      tracepoint:sched:sched_wakeup, tracepoint:sched:sched_wakeup_new { @at[args.pid] = nsecs; }
      tracepoint:sched:sched_switch {
        if (args.prev_state == 0) { @at[args.prev_pid] = nsecs; }
        $ns = @at[args.next_pid];
        if ($ns) { @n = @n + 1; @worst = nsecs - $ns > @worst ? nsecs - $ns : @worst; }
        delete(@at, args.next_pid);
      }
      interval:ms:200 { print((@n > 0, @worst > 0)); exit(); }
      """
    #expect(try output(script) == "(true, true)")
  }

  @Test("calls are paired by thread as file and block tools pair them")
  func pairs() throws {
    let script = """
      tracepoint:syscalls:sys_enter_nanosleep, tracepoint:syscalls:sys_enter_clock_nanosleep { @from[tid] = args.rqtp; @calls[tid] = @calls[tid] + 1; }
      tracepoint:syscalls:sys_exit_nanosleep, tracepoint:syscalls:sys_exit_clock_nanosleep /@from[tid]/ {
        $ret = args.ret; $error = $ret >= 0 ? 0 : -$ret; @worst = $error > @worst ? $error : @worst;
        $time = @from[tid]; $time = $time + 0; @seen = @calls[tid]; delete(@from[tid]); delete(@calls[tid]);
        if (comm == "sleep") { print((@worst, @seen)); exit(); }
      }
      """
    let text = try Tracing.output(
      "config = { print_maps_on_exit = 0 } \(script)", options: ["--no-warnings", "-c", "/bin/sleep 0.2"])
    #expect(text.split(separator: "\n").first == "(0, 1)")
  }
}
