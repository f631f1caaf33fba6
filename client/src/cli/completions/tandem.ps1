# Tab completion of tandem for PowerShell: put  tandem --completions powershell | Out-String | Invoke-Expression  into $PROFILE.
Register-ArgumentCompleter -Native -CommandName tandem -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text.Trim("'", '"') })
    tandem --complete -- @words "$wordToComplete" 2>$null | ForEach-Object {
        $text, $tip = $_ -split "`t", 2
        $shown = if ($text -match '[\s;|&(){}$]') { "'" + $text.Replace("'", "''") + "'" } else { $text }
        [System.Management.Automation.CompletionResult]::new($shown, $text, 'ParameterValue', $(if ($tip) { $tip } else { $text }))
    }
}
