# Cellar's shell integration for PowerShell; run by -NoExit -Command after the person's own profile.
# The marks carry a secret of this terminal; see bash.sh beside this file.
if ($env:CELLAR_SHELL_NONCE -and -not $Global:__CellarNonce) {
    $Global:__CellarNonce = $env:CELLAR_SHELL_NONCE
    Remove-Item Env:CELLAR_SHELL_NONCE
    $Global:__CellarOwnPrompt = $function:prompt
    $Global:__CellarLastHistoryId = -1

    function Global:__Cellar-Mark([string]$what) {
        "$([char]0x1b)]$what;cellar=$Global:__CellarNonce$([char]0x07)"
    }

    function Global:prompt {
        $succeeded = $?
        $native = $Global:LASTEXITCODE
        $last = Get-History -Count 1
        $status = if ($succeeded) { 0 } elseif ($native) { $native } else { 1 }
        if (-not $last -or $last.Id -eq $Global:__CellarLastHistoryId) { $status = 0 }
        if ($last) { $Global:__CellarLastHistoryId = $last.Id }
        $directory = if ($PWD.Provider.Name -eq 'FileSystem') { $PWD.ProviderPath } else { '' }
        $directory = [regex]::Replace($directory, '[\\;\x00-\x1f]', {
                param($match)
                if ($match.Value -eq '\') { '\\' } else { '\x{0:x2}' -f [int][char]$match.Value }
            })
        $text = __Cellar-Mark "133;D;$status"
        if ($directory) { $text += __Cellar-Mark "633;P;Cwd=$directory" }
        $text += __Cellar-Mark '133;A'
        $text += $Global:__CellarOwnPrompt.Invoke()
        $text += __Cellar-Mark '133;B'
        $Global:LASTEXITCODE = $native
        $text
    }

    # PSReadLine hands the line over just before it is run.
    if (Get-Module PSReadLine) {
        $Global:__CellarOwnReadLine = $function:PSConsoleHostReadLine
        function Global:PSConsoleHostReadLine {
            $line = $Global:__CellarOwnReadLine.Invoke()
            [Console]::Write((__Cellar-Mark '133;C'))
            $line
        }
    }
}
