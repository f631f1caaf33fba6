<#
.SYNOPSIS
    Reports users per registrar pool.
.DESCRIPTION
    Reads a CSV of users, groups them by pool, and writes an HTML report.
.PARAMETER Path
    The CSV with columns SipAddress, DisplayName, Pool, EVEnabled, Created.
.PARAMETER ReportPath
    Where the report goes.
.EXAMPLE
    .\inventory.ps1 -Path users.csv

    Reads users.csv and writes report.html.
.NOTES
    Author: Contoso
#>
[CmdletBinding(DefaultParameterSetName = 'Csv', SupportsShouldProcess)]
param(
    [Parameter(ParameterSetName = 'Csv', Position = 0)]
    [ValidateNotNullOrEmpty()]
    [string]$Path = 'users.csv',

    [Parameter(ParameterSetName = 'Objects', Mandatory)]
    [psobject[]]$User,

    [ValidatePattern('\.html?$')]
    [string]$ReportPath = 'report.html',

    [ValidateRange(1, 365)]
    [int]$Days = 90,

    [switch]$PassThru
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

@'
SipAddress,DisplayName,Pool,EVEnabled,Created
sip:ken@contoso.com,Ken Myer,pool1.contoso.com,True,2026-01-05
sip:pilar@contoso.com,Pilar Ackerman,pool1.contoso.com,False,2025-11-20
sip:jonas@contoso.com,Jonas "JJ" Hasselberg,pool2.contoso.com,True,2024-03-01
sip:amy@contoso.com,"Alberts, Amy",pool2.contoso.com,True,2026-02-11
sip:old@contoso.com,Old User,,False,2019-07-30
'@ | Set-Content -Path $Path

function Write-Log {
    param(
        [Parameter(Mandatory, Position = 0)][string]$Message,
        [ValidateSet('INFO', 'WARN', 'ERROR')][string]$Level = 'INFO',
        [ConsoleColor]$Color = 'Gray'
    )
    $line = '{0:yyyy-MM-dd HH:mm} [{1,-5}] {2}' -f [datetime]'2026-03-01 08:30', $Level, $Message
    $script:Log += @($line)
    Write-Host $line -ForegroundColor $Color
}

$script:Log = @()
Write-Log "Parameter set: $($PSCmdlet.ParameterSetName)"
$users = if ($PSCmdlet.ParameterSetName -eq 'Csv') { Import-Csv -Path $Path } else { $User }
Write-Log ("Read {0} users" -f @($users).Count)

$reference = [datetime]'2026-03-01'
$report = $users |
    Where-Object { $_.Pool } |
    Select-Object DisplayName, Pool,
        @{Name = 'EV'; Expression = { [bool]::Parse($_.EVEnabled) } },
        @{n = 'Age'; e = { ($reference - [datetime]$_.Created).Days } },
        @{l = 'New'; e = { ($reference - [datetime]$_.Created).Days -le $Days } }

$report | Sort-Object Pool, @{e = 'Age'; Descending = $true } | Format-Table -AutoSize

$byPool = $report | Group-Object Pool
foreach ($group in $byPool) {
    $stats = $group.Group | Measure-Object Age -Average -Maximum -Minimum
    '{0}: {1} users, avg {2:N1}, oldest {3}, youngest {4}' -f $group.Name, $group.Count, $stats.Average, $stats.Maximum, $stats.Minimum
}

$missing = @($users | Where-Object { -not $_.Pool })
if ($missing.Count) {
    Write-Log -Level WARN -Message "$($missing.Count) without pool: $($missing.DisplayName -join ', ')" -Color Yellow
}

try {
    Write-Log 'x' -Level 'TRACE'
}
catch [System.Management.Automation.ParameterBindingException] {
    "Binding: $($_.Exception.Message)"
    $_.FullyQualifiedErrorId
    $_.CategoryInfo.Category
    $_.InvocationInfo.ScriptLineNumber
}

if ($PSCmdlet.ShouldProcess($ReportPath, 'Write report')) {
    $report | ConvertTo-Html -Title 'Users' -PreContent "<h1>Users</h1>" -PostContent "<p>$($report.Count) users</p>" | Set-Content $ReportPath
}
$script:Log | Out-File log.txt
if ($PassThru) { $report }
