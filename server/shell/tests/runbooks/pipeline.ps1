#requires -Version 5.1
function Get-TestUser {
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param([int]$Count = 4)
    1..$Count | ForEach-Object {
        [pscustomobject]@{
            PSTypeName  = 'Contoso.User'
            Identity    = "user$_@contoso.com"
            Pool        = if ($_ % 2) { 'pool1' } else { 'pool2' }
            Enabled     = $_ -ne 3
            LineURI     = 'tel:+1425555{0:D4}' -f $_
        }
    }
}

function Set-TestUser {
    <#
    .SYNOPSIS
    Changes a user.
    .DESCRIPTION
    Changes the pool or the line of a user.
    .PARAMETER Identity
    Who.
    .PARAMETER Pool
    The new pool.
    .INPUTS
    Contoso.User
    .OUTPUTS
    None, or the user with -PassThru.
    .EXAMPLE
    Get-TestUser | Set-TestUser -Pool pool3
    Moves all.
    .LINK
    Get-TestUser
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium', DefaultParameterSetName = 'Pool')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName, HelpMessage = 'Address of the user')]
        [Alias('SipAddress', 'UserPrincipalName')]
        [ValidatePattern('^[^@]+@[^@]+$')]
        [string]$Identity,

        [Parameter(ParameterSetName = 'Pool', Mandatory)]
        [ValidateScript({ $_ -match '^pool\d$' }, ErrorMessage = "'{0}' is not a pool")]
        [string]$Pool,

        [Parameter(ParameterSetName = 'Line', Mandatory)]
        [string]$LineURI,

        [switch]$PassThru
    )
    begin {
        $count = 0
        Write-Verbose "Begin with set $($PSCmdlet.ParameterSetName)"
    }
    process {
        if ($PSCmdlet.ShouldProcess($Identity, "Set $($PSCmdlet.ParameterSetName)")) {
            $count++
            Write-Verbose "Changing $Identity"
            if ($PassThru) {
                [pscustomobject]@{ Identity = $Identity; New = if ($Pool) { $Pool } else { $LineURI } }
            }
        }
    }
    end {
        Write-Verbose "$count changed"
    }
}

Get-TestUser | Set-TestUser -Pool pool3 -WhatIf
Get-TestUser | Where-Object Enabled | Set-TestUser -Pool pool3 -PassThru -Verbose
[pscustomobject]@{ SipAddress = 'a@b'; x = 1 } | Set-TestUser -LineURI tel:1 -PassThru
Set-TestUser noat -Pool pool1
Set-TestUser a@b -Pool room1
try { Set-TestUser a@b -Pool pool1 -LineURI tel:2 } catch { "$($_.FullyQualifiedErrorId): $_" }
[pscustomobject]@{ Nothing = 'a@b' } | Set-TestUser -Pool pool1
$splat = @{ Pool = 'pool9'; PassThru = $true; Identity = 'splat@contoso.com' }
Set-TestUser @splat
Set-TestUser @splat -Verbose:$false -Confirm:$false
(Get-Command Set-TestUser).ParameterSets | ForEach-Object { "$($_.Name) $($_.IsDefault): $_" }
Get-Command Set-TestUser -Syntax
Get-TestUser | Group-Object Pool -NoElement
Get-TestUser | Sort-Object Pool, Identity -Descending | Format-Table Identity, @{ Label = 'On'; Expression = { if ($_.Enabled) { 'Y' } else { 'N' } }; Alignment = 'Right'; Width = 4 } -GroupBy Pool
