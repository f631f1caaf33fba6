$ErrorActionPreference = 'Stop'
$css = @"
<style>
  table { border-collapse: collapse; }
  th { background: #eee; }
</style>
"@
function New-Section {
    param([string]$Title, [Parameter(ValueFromPipeline)][psobject]$InputObject)
    begin { $items = @() }
    process { $items += $InputObject }
    end {
        $fragment = $items | ConvertTo-Html -Fragment -PreContent "<h2>$Title</h2>"
        return $fragment -join "`n"
    }
}
$pools = 'pool1', 'pool2' | ForEach-Object {
    New-Object -TypeName psobject -Property ([ordered]@{ Pool = $_; Users = $_.Length * 100; State = if ($_ -like '*1') { 'Up' } else { 'Down' } })
}
$sections = @()
$sections += $pools | New-Section -Title 'Pools'
$sections += [pscustomobject]@{ Name = '<admin>'; Role = 'R&D' } | New-Section 'Admins'
$html = ConvertTo-Html -Head $css -Body ($sections -join '<hr/>') -Title 'Report'
$html = $html -replace '<td>Down</td>', '<td class="bad">Down</td>'
$html | Out-File -FilePath report.html -Encoding utf8
$pools | ConvertTo-Html -As List -Fragment
$pools | ConvertTo-Html Pool, @{ Name = 'K'; Expression = { $_.Users / 1000 } } -Fragment
$mail = @{
    To      = 'admin@contoso.com'
    Subject = "Report $(Get-Date '2026-03-01' -Format 'yyyy-MM-dd')"
    Body    = $html | Out-String
}
'{0} / {1} / {2}' -f $mail.To, $mail.Subject, ($mail.Body.Length -gt 100)
$lines = Get-Content report.html
$lines.Count
$lines | Select-String -Pattern 'bad' | ForEach-Object { "$($_.LineNumber): $($_.Line.Length)" }
$summary = [ordered]@{}
foreach ($p in $pools) {
    $summary[$p.State] = [int]$summary[$p.State] + 1
}
$summary
[pscustomobject]$summary
$pools | Format-Table Pool, @{ n = 'Users'; e = { '{0:N0}' -f $_.Users }; a = 'right' }, State
$pools | Format-List
$pools | Format-Wide Pool -Column 2
"Total: {0,8:N2}" -f ($pools | Measure-Object Users -Sum).Sum
Write-Progress -Activity 'Work' -Status 'half' -PercentComplete 50
Write-Progress -Activity 'Work' -Completed
Write-Host 'a', 'b', 3 -Separator '-' -NoNewline
Write-Host
Write-Host ('=' * 20)
Write-Information 'hidden'
Write-Information 'shown' -InformationAction Continue
Write-Output 'one', 'two' | ForEach-Object { $_.ToUpper() }
"$($pools.Pool)"
