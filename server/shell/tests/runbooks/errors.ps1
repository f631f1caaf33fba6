$ErrorActionPreference = 'Continue'
function Invoke-WithRetry {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][scriptblock]$ScriptBlock,
        [ValidateRange(1, 10)][int]$Count = 3,
        [object[]]$ArgumentList
    )
    $attempt = 0
    while ($true) {
        $attempt++
        try {
            $result = & $ScriptBlock @ArgumentList
            Write-Verbose "succeeded at $attempt" -Verbose
            return $result
        }
        catch {
            Write-Warning "Attempt $attempt of ${Count}: $($_.Exception.Message)"
            if ($attempt -ge $Count) { throw }
            Start-Sleep -Milliseconds 1
        }
        finally {
            Write-Host "[attempt $attempt done]"
        }
    }
}
$script:n = 0
Invoke-WithRetry { param($a, $b) $script:n++; if ($script:n -lt 3) { throw "not yet ($a, $b)" }; "got $a and $b" } -ArgumentList 'x', 2
try { Invoke-WithRetry { throw [System.InvalidOperationException]::new('always') } -Count 2 }
catch [System.InvalidOperationException] { "typed: $($_.Exception.GetType().FullName) $($_.Exception.Message)" }
catch { "untyped $_" }

try { Get-Content nofile.txt -ErrorAction Stop }
catch [System.Management.Automation.ItemNotFoundException] { "missing: $($_.TargetObject)" }

try { [int]'abc' } catch { $_.Exception.GetType().Name; $_.Exception.InnerException.GetType().Name; $_.CategoryInfo.ToString() }
try { 1 / 0 } catch [System.DivideByZeroException] { "div: $($_.Exception.Message)" }
try { $null.Foo() } catch { "$($_.FullyQualifiedErrorId)|$($_.Exception.Message)" }
try { 'x'.Nope() } catch { $_.Exception.Message }
try { Nope-Command -x 1 } catch { $_.Exception.CommandName; $_.FullyQualifiedErrorId }
try { throw @{ Code = 7 } } catch { $_.TargetObject.Code; $_.Exception.Message }
try { Write-Error -Message 'custom' -ErrorId My.Id -Category ResourceBusy -TargetObject 42 -RecommendedAction 'wait' -ErrorAction Stop }
catch { $_.FullyQualifiedErrorId; "$($_.CategoryInfo)"; $_.ErrorDetails.RecommendedAction }

function Test-Nested {
    try {
        try { throw 'inner' }
        finally { 'inner finally' }
    }
    catch {
        "outer caught $_"
        throw "rethrown: $_"
    }
}
try { Test-Nested } catch { "top: $_" }

function Get-Thing {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline)][int]$Id)
    process {
        if ($Id % 2) { Write-Error "Id $Id is odd" -Category InvalidArgument -TargetObject $Id; return }
        "even $Id"
    }
}
1..4 | Get-Thing -ErrorAction SilentlyContinue -ErrorVariable problems
"$($problems.Count) problems: $($problems.TargetObject -join ',')"
2, 3, 4 | Get-Thing
$? 
try { 1..3 | Get-Thing -ErrorAction Stop } catch { "stopped: $_" }
'after stop'
$Error.Count
$Error[0].ToString()
$Error.Clear(); $Error.Count

function Test-Trap {
    trap [System.DivideByZeroException] { "trapped: $($_.Exception.Message)"; continue }
    $zero = 0
    10 / $zero
    'after trap'
}
Test-Trap
function Stop-All { [CmdletBinding()] param() $PSCmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new([System.Exception]::new('fatal'), 'FatalId', [System.Management.Automation.ErrorCategory]::OperationStopped, 'target')) }
try { Stop-All } catch { $_.FullyQualifiedErrorId; $_.CategoryInfo.Activity; $_.InvocationInfo.MyCommand.Name }
Stop-All
'end'
throw 'the script ends here'
'never'
