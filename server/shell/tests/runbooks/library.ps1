<#
.SYNOPSIS
    Moves users in batches with functions of a library beside it.
#>
[CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Batch')]
param(
    [Parameter(ParameterSetName = 'Batch')]
    [ValidateRange(1, [int]::MaxValue)]
    [int]$BatchSize = 2,

    [Parameter(ParameterSetName = 'One', Mandatory)]
    [Alias('SipAddress')]
    [string]$Identity
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

@'
$script:LibraryVersion = [version]'1.2'
function Get-Batch {
    <#
    .SYNOPSIS
        Cuts a list into pieces.
    #>
    [CmdletBinding()]
    [OutputType([psobject[]])]
    param(
        [Parameter(Mandatory, ValueFromPipeline)][psobject]$InputObject,
        [ValidateRange(1, 100)][int]$Size = 10
    )
    begin { $batch = [System.Collections.Generic.List[psobject]]::new() }
    process {
        $batch.Add($InputObject)
        if ($batch.Count -ge $Size) {
            , $batch.ToArray()
            $batch.Clear()
        }
    }
    end { if ($batch.Count -gt 0) { , $batch.ToArray() } }
}
function Move-TestUser {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory, ValueFromPipeline)][ValidatePattern('@')][string]$User, [string]$Target = 'pool2')
    process {
        if ($User -like 'locked*') {
            Write-Error -Message "$User is locked" -Category PermissionDenied -TargetObject $User -ErrorId UserLocked
            return
        }
        if ($User -like 'gone*') {
            $exception = [System.InvalidOperationException]::new("$User is gone")
            $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new($exception, 'UserGone', 'ObjectNotFound', $User))
            return
        }
        if ($PSCmdlet.ShouldProcess($User, "Move to $Target")) { [pscustomobject]@{ User = $User; Pool = $Target } }
    }
}
'@ | Set-Content -Path ./library.ps1

'param([string]$Text, [int]$Code) "checking $Text"; exit $Code' | Set-Content -Path ./check.ps1

. ./library.ps1
"Library $LibraryVersion, set $($PSCmdlet.ParameterSetName), script $($MyInvocation.MyCommand.Name), root $PSScriptRoot"

$users = 'amy@contoso.com', 'locked@contoso.com', 'ken@contoso.com', 'gone@contoso.com', 'pilar@contoso.com'
$number = 0
$users | Get-Batch -Size $BatchSize | ForEach-Object {
    $number++
    Write-Host "Batch $number of $($_.Count)"
    $moved = $_ | Move-TestUser -ErrorAction SilentlyContinue -ErrorVariable problems
    foreach ($one in $moved) { "  $($one.User) is on $($one.Pool)" }
    foreach ($problem in $problems) { "  {0}: {1} [{2}]" -f $problem.FullyQualifiedErrorId, $problem, $problem.CategoryInfo.Category }
}

./check.ps1 -Text good -Code 0
"$? $LASTEXITCODE"
./check.ps1 bad 3
"$? $LASTEXITCODE"

${function:Show-Total} = { param($Total) "total {0:N0}" -f $Total }
Show-Total 12345
(Get-Command Get-Batch).OutputType.Name
(Get-Help Get-Batch).Synopsis

$settings = @{ Retries = 3 }
try { $settings.Retry } catch { "strict: $_" }
try { $users[9] } catch { "strict: $($_.FullyQualifiedErrorId)" }
try { $undefined } catch { "strict: $_" }

try { 'nobody' | Move-TestUser } catch { "bad address: $($_.FullyQualifiedErrorId)" }
Move-TestUser -User amy@contoso.com -WhatIf
'gone@contoso.com', 'amy@contoso.com' | Move-TestUser -ErrorAction Continue
'locked@contoso.com' | Move-TestUser
'never'
