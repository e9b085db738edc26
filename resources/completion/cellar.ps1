# cellar completion for PowerShell: put it into your $PROFILE
Register-ArgumentCompleter -Native -CommandName cellar -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $program = $commandAst.CommandElements[0].ToString()
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
    # An empty word does not arrive; a blank does, and is not looked at.
    $words += if ($wordToComplete -eq '') { ' ' } else { $wordToComplete }
    & $program completion powershell --complete '--' @words 2>$null | ForEach-Object {
        $value, $description = $_ -split [char]9, 2
        if (-not $description) { $description = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
    }
}
