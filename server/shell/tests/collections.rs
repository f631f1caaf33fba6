//! The collections of .NET that runbooks make: lists, sets, queues, stacks and dictionaries, of anything and of one type.

mod keeper;

use keeper::check;

#[test]
fn lists_sets_queues_and_stacks_have_their_methods() {
    check(&[
        (
            "$l = [Collections.Generic.List[int]](3, 1, 2); $l.Sort(); \"$l\"; $l.FindAll({ $args[0] -gt 1 }) -join ','; $l.RemoveAll({ param($x) $x -eq 1 }); $l.Find({ $_ -gt 9 }); $l.Reverse(); $l[0] = '7'; \"$l\"; $l.GetRange(0, 1)",
            "1 2 3|2,3|1|0|7 2|7",
            "",
        ),
        (
            "$h = [Collections.Generic.HashSet[string]]::new(); $h.Add('a'); $h.Add('a'); $h.Add('A'); $h.UnionWith([string[]]('q', 'a')); \"$h\"; $h.IsSubsetOf([string[]]('a', 'A', 'q', 'z')); $h.Remove('a'); $h.Count",
            "True|False|True|a A q|True|True|2",
            "",
        ),
        (
            "$h = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase); $h.Add('a'); $h.Add('A'); \"$([Collections.Generic.SortedSet[int]](3, 1, 3))\"",
            "True|False|1 3",
            "",
        ),
        (
            "$q = [Collections.Generic.Queue[int]]::new(); $q.Enqueue(1); $q.Enqueue('2'); $q.Dequeue(); $q.Peek(); $n = 0; $q.TryDequeue([ref]$n); $n; $q.TryPeek([ref]$n); $n",
            "1|2|True|2|False|0",
            "",
        ),
        (
            "$s = [Collections.Stack]::new(@(1, 2)); $s.Push(3); $s.Pop(); \"$s\"; $s.ToArray().GetType().Name; ([Collections.Generic.Stack[int]](1, 2)).ToArray().GetType().Name",
            "3|2 1|Object[]|Int32[]",
            "",
        ),
        (
            "$a = [Collections.ArrayList]@(3, 1, 2); $a.Sort(); $a.Remove(3); \"$a\"; $a.Clone().Count",
            "1 2|2",
            "",
        ),
    ]);
}

#[test]
fn dictionaries_of_one_type_convert_and_tell_keys_apart() {
    check(&[
        (
            "$d = [Collections.Generic.Dictionary[string, int]]::new(); $d.Add('a', 1); $d['A'] = '3'; $d.Count; $d.a; $d.A; $null -eq $d['x']; $d.Remove('a'); $d.Remove('a'); $v = 0; $d.TryGetValue('A', [ref]$v); $v; $d.TryAdd('A', 1); foreach ($e in $d.GetEnumerator()) { \"$e\" }",
            "2|1|3|True|True|False|True|3|False|[A, 3]",
            "",
        ),
        (
            "$d = [Collections.Generic.SortedDictionary[string, int]]::new(); $d['b'] = 1; $d['a'] = 2; $d | ConvertTo-Json -Compress; $s = [Collections.SortedList]@{b = 1; a = 2}; $s.Keys; $s.GetByIndex(0); $s.IndexOfKey('b')",
            "{\"a\":2,\"b\":1}|a|b|2|1",
            "",
        ),
        (
            "$h = [hashtable]::new(); $h.a = 1; $h.A = 2; $h.Count; $h = @{a = 1}; $h.A = 2; $h.Keys; $o = [ordered]@{a = 1}; $o.A = 2; $o.Keys; ('{\"a\":1,\"A\":2}' | ConvertFrom-Json -AsHashtable).A",
            "2|a|A|2",
            "",
        ),
        (
            "[Collections.Generic.List[string]].FullName; [Collections.Generic.List[string]].ToString(); [Collections.Generic.Dictionary[string,int]]::new().GetType().Name",
            "System.Collections.Generic.List`1[[System.String, System.Private.CoreLib, Version=10.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e]]|System.Collections.Generic.List`1[System.String]|Dictionary`2",
            "",
        ),
    ]);
}

#[test]
fn what_does_not_fit_is_refused_as_dotnet_does() {
    check(&[
        (
            "$l = [Collections.Generic.List[int]]::new(); $l.Add('x')",
            "",
            "MethodArgumentConversionInvalidCastArgument",
        ),
        (
            "$l = [Collections.Generic.List[int]]::new(); $l.AddRange(@(1, 2))",
            "",
            "MethodArgumentConversionInvalidCastArgument",
        ),
        (
            "[Collections.Generic.List[int]]::new(@(1, 2))",
            "",
            "MethodCountCouldNotFindBest",
        ),
        (
            "$d = [Collections.Generic.Dictionary[string, int]]::new(); $d.Add('a', 1); $d.Add('a', 1)",
            "",
            "ArgumentException",
        ),
        (
            "[Collections.Queue]::new().Dequeue()",
            "",
            "InvalidOperationException",
        ),
    ]);
}

#[test]
fn types_go_by_their_short_names_in_a_namespace_that_is_used() {
    check(&[
        (
            "using namespace System.Collections.Generic\n$l = [List[string]]::new(); $l.Add(1); $l; function f { param([List[int]]$x) $x.GetType().Name }; f 1, 2; [Queue[int]]::new().Count",
            "1|List`1|0",
            "",
        ),
        ("[List[string]]::new()", "", "TypeNotFound"),
    ]);
}
