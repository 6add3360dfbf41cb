import Testing
import TraceLang

/// A struct is one type whether a script names it, a member leads to it or it is the current task.
@Suite struct RecordIdentityTests {
  /// The types of the maps and variables of a probe, without its statements; or what is wrong with it.
  private func types(_ actions: String, _ declarations: String = "", probe: String = "begin") -> [String] {
    Compiled("\(declarations)\n\(probe) { \(actions) }").text.split(separator: "\n")
      .filter { $0.contains("map ") || $0.contains("variable ") || $0.contains("ERROR") }
      .map { $0.drop { $0 == " " } }.map { String($0.split(separator: " ", maxSplits: 1).last ?? "") }
  }

  @Test(
    "a variable that gets a struct by several ways is followed like each of them",
    arguments: [
      "$x = curtask; $n = (struct node *)0; $x = $n.task; $y = $x.pid;",
      "$n = (struct node *)0; $x = $n.task; $x = curtask; $y = $x.pid;",
      "$n = (struct node *)0; $x = pid ? curtask : $n.task; $y = $x.pid;",
      "$n = (struct node *)0; $x = if pid { $n.task } else { curtask }; $y = $x.pid;",
      "$n = (struct node *)0; let $x: struct task_struct * = $n.task; $x = curtask; $y = $x.pid;",
      "$n = (struct node *)0; $x = curtask; $x = { $t = $n.task; $t }; $y = $x.pid;",
    ])
  func task(actions: String) {
    let types = types(actions)
    #expect(types.contains("$x: struct task_struct *"), "\(types)")
    #expect(types.contains("$y: int32"), "\(types)")
  }

  @Test(
    "a list is walked by the struct's own members",
    arguments: [
      "$x = (struct node *)0; $x = $x.next; $y = $x.name;",
      "$x = (struct node *)0; $x = $x.twin; $y = $x.name;",
      "$x = (struct node *)0; $x = *$x.back; $y = $x.name;",
      "$x = (struct node *)0; $x = $x.all[1]; $y = $x.name;",
      "$x = (struct node *)0; $x = $x.slot.node; $y = $x.name;",
      "$x = (struct node *)0; $u = (union slot *)$x; $u = $x.slot; $x = $u.node; $y = $x.name;",
      "$x = (struct node *)0; while ($x != 0) { $x = $x.next; } $y = $x.name;",
      "$x = (const struct node *)0; $x = (volatile struct node *)$x.twin; $y = $x.name;",
    ])
  func list(actions: String) {
    let types = types(actions)
    #expect(types.contains("$x: struct node *"), "\(types)")
    #expect(types.contains("$y: int8 *"), "\(types)")
  }

  @Test("maps, tuples, keys and arrays of pointers hold one struct by several ways too")
  func places() {
    #expect(
      types(
        """
        $n = (struct node *)0; @m[1] = curtask; @m[2] = $n.task; @t = (1, curtask); @t = (2, $n.task);
        @k[curtask] = 1; @k[$n.task] = 2; @p = $n.back; @p = (struct node **)0; $pid = @m[2].pid + @t.1.pid;
        """) == [
          "@m[int64]: struct task_struct *", "@t: (int64,struct task_struct *)", "@k[struct task_struct *]: int64",
          "@p: struct node * *", "$n: struct node *", "$pid: int64",
        ])
  }

  @Test("the structs themselves are compared, too")
  func values() {
    #expect(
      types("$n = (struct node *)0; $same = *$n == *$n.next; $other = *$n.task == *curtask;") == [
        "$n: struct node *", "$same: bool", "$other: bool",
      ])
  }

  @Test("a script's struct hides the kernel's of that name wherever a pointer leads to it")
  func hidden() {
    let own = "struct task_struct { struct node *node; int depth; };"
    #expect(types("$t = curtask; $t = $t.node.task; $d = $t.depth;", own) == ["$t: struct task_struct *", "$d: int32"])
    #expect(types("$n = (struct node *)0; $d = $n.task.depth;", own) == ["$n: struct node *", "$d: int32"])
    #expect(
      types("$n = (struct node *)0; $d = $n.task.pid;", own)[0].hasSuffix("struct task_struct has no field 'pid'"))
  }

  @Test("a typedef's struct is that of its pointers")
  func alias() {
    let own = "typedef struct { int v; } word_t; typedef struct node node_t; struct pair { word_t *w; node_t *n; };"
    #expect(
      types("$p = (struct pair *)0; $w = (word_t *)0; $w = $p.w; $n = (struct node *)0; $n = $p.n; $n = $n.next;", own)
        == [
          "$p: struct pair *", "$w: struct  *", "$n: struct node *",
        ])
  }

  @Test("different structs make a pointer to nothing known")
  func different() {
    #expect(types("$x = curtask; $x = (struct node *)0;") == ["$x: void *"])
    #expect(
      types("$x = curtask; $x = (struct node *)0; $y = $x.pid;")[0].hasSuffix("void * has no fields"))
  }

  @Test("0 is the null pointer")
  func null() {
    #expect(
      types("$x = curtask; $x = 0; $y = pid ? curtask : 0; $z = pid ? 0 : $y;") == [
        "$x: struct task_struct *", "$y: struct task_struct *", "$z: struct task_struct *",
      ])
  }

  @Test("members of nested structs, arrays and pointers to pointers stay in their struct's address space")
  func spaces() throws {
    let own = "struct part { struct part *kids[2]; struct { struct part *up; } in; struct part **back; };"
    let actions =
      "$p = (struct part *)uptr(4096); $a = $p.in.up; $b = $p.kids[1]; $c = *$p.back; $d = (struct part *)0; $d = $c;"
    let variables = try #require(Compiled("\(own) begin { \(actions) }").program?.probes.first?.variables)
    #expect(variables.map(\.type.space) == [.user, .user, .user, .user, .user])
  }

  @Test("a declaration says no address space, so that what is assigned does")
  func declared() throws {
    let actions = "let $t: struct task_struct * = curtask; let $u: struct node * = (struct node *)uptr(8);"
    let variables = try #require(Compiled("begin { \(actions) }").program?.probes.first?.variables)
    #expect(variables.map(\.type.space) == [.kernel, .user])
  }
}

extension Type {
  fileprivate var space: AddressSpace? { if case .pointer(_, let space) = self { space } else { nil } }
}
