:outer foreach ($row in 1..5) {
    foreach ($col in 'a', 'b', 'c') {
        if ($col -eq 'b' -and $row -eq 2) { continue outer }
        if ($row -eq 4) { break outer }
        "$row$col"
    }
}
$i = 10
do { $i -= 3; $i } while ($i -gt 0)
do { $i++ } until ($i -ge 2)
"i=$i"
for ($a = 0; $a -lt 3; $a++) { $a }
switch -Regex ('ERROR: disk full', 'WARN low', 'INFO ok', 'nothing') {
    '^ERROR:\s*(?<what>.+)$' { "error [$($Matches.what)] [$($matches[1])]"; continue }
    '^WARN' { "warn $_" }
    'o' { "has o: $_" }
    default { "default: $_" }
}
switch -Wildcard ('pool1.contoso.com', 'edge1.contoso.com', 'x') { 'pool*' { 'pool' } '*.contoso.com' { 'contoso'; break } default { 'none' } }
switch (1, 2, 3, 'a', $null) { 1 { 'one' } { $_ -gt 1 } { "more than one: $_" } 'A' { 'letter' } $null { 'null' } default { 'other' } }
switch -CaseSensitive -Exact ('Abc') { 'abc' { 'low' } 'Abc' { 'exact' } }
$h = [ordered]@{ Zeta = 1; Alpha = 2; 'with space' = 3; 4 = 'four' }
$h.Beta = 'b'; $h['Gamma'] = @{ Nested = @{ Deep = 'x' } }
$h.Keys -join ','
$h.Gamma.Nested.Deep
$h[0]; $h['4']; $h[[object]4]
$h.Remove('Alpha'); $h.Contains('Alpha'); $h.Count
foreach ($entry in $h.GetEnumerator()) { "$($entry.Key) => $($entry.Value)" }
$copy = @{}; foreach ($k in $h.Keys) { $copy[$k] = $h[$k] }
$copy.Count
$list = [System.Collections.Generic.List[string]]::new()
$list.Add('b'); $list.Add('a'); $list.AddRange([string[]]('d', 'c')); $list -join ''
$al = [System.Collections.ArrayList]@(); [void]$al.Add(3); $null = $al.Add('x'); $al.Count; $al.Contains('x')
$arr = 1..5; $arr += 6; $arr[-1]; $arr[1..3] -join ' '; $arr[($arr.Length - 1)..0] -join ''
$matrix = @(@(1, 2), @(3, 4)); $matrix[1][0]; $matrix.Count; ,(1, 2) | ForEach-Object { $_.Count }
$first, $second, $rest = 'one two three four' -split ' '; "$first|$second|$rest"
$x = $y = 5; $x; $y
$null -eq @(); @($null).Count; @().Count
"{0,10}|{0,-10}|{1:P1}|{2:N2}|{3:x4}|{4:yyyy/MM/dd}" -f 'abc', 0.1234, 1234567.891, 255, [datetime]'2026-02-03'
'a-b_c' -replace '[-_](\w)', { $_.Groups[1].Value.ToUpper() }
'John Smith' -replace '(\w+) (\w+)', '$2, $1'
$text = @"
Name:`t$($h.Zeta)
Literal: `$5.00 ${x}y $($arr.Count)
"@
$text
$text -split "`r?`n" | ForEach-Object { $_.Length }
if (-not ($x -as [string] -is [int])) { 'not int' } elseif ($x) { 'x' } else { 'none' }
$sb = { param($n) if ($n -le 1) { 1 } else { $n * (& $sb ($n - 1)) } }
& $sb 10
function Get-Fib([int]$n) { if ($n -lt 2) { return $n }; (Get-Fib ($n - 1)) + (Get-Fib ($n - 2)) }
Get-Fib 12
filter Select-Even { if ($_ % 2 -eq 0) { $_ } }
1..6 | Select-Even
function Test-Args { "count: $($args.Count), first: $($args[0]), rest: $($args[1..9] -join ',')" }
Test-Args 1 -two three @(4, 5)
function Test-Input { $input | ForEach-Object { "in:$_" } }
1..2 | Test-Input
function Test-Default($a = 1, $b = ($a + 1), [switch]$s) { "$a $b $s $($PSBoundParameters.Keys -join ',')" }
Test-Default; Test-Default 5 -s; Test-Default -b 9
function Outer { function Inner { "inner sees $v" }; $v = 'outer'; Inner }
Outer
$global:g = 'global'; function Test-Scope { $g = 'local'; $script:g2 = 'scr'; "$g $global:g" }; Test-Scope; $g2
& { $z = 1; . { $z = 2 }; & { $z = 3 }; $z }
$ok = $true ? 'yes' : 'no'; $ok
$null ?? 'default'; $n = $null; $n ??= 4; $n; ${n}?.ToString(); $undefined?.Length
1..3 | ForEach-Object -Begin { $sum = 0 } -Process { $sum += $_ } -End { "sum $sum" }
[math]::Round(2.5); [math]::Round(2.567, 2); [math]::Max(3, 7); [int]2.5; [int]3.5; 7 % 3; -7 % 3; 2 * 3 + 4; 10 / 4; [math]::Pow(2, 10)
'abc'.PadLeft(5, '*'); 'a,b'.Split(','); 'Hello'.Substring(1, 3); 'hello'.IndexOf('l'); 'x'.CompareTo('y'); [string]::Join('-', 1, 2, 3); [string]::IsNullOrEmpty('')
[datetime]::Parse('2026-03-01').AddDays(-1).ToString('dddd, dd MMMM yyyy'); ([datetime]'2026-12-25' - [datetime]'2026-03-01').TotalDays
(New-TimeSpan -Start '2026-01-01' -End '2026-01-02 12:00').ToString(); [timespan]::FromMinutes(90).ToString('hh\:mm')
1KB, 1MB, 2GB, 0x10, 1e3, 10d, 5L | ForEach-Object { "$_ $($_.GetType().Name)" }
