# Cellar's shell integration for fish; sourced by --init-command after the person's own configuration.
# The marks carry a secret of this terminal; see bash.sh beside this file.
if status is-interactive; and set -q CELLAR_SHELL_NONCE
    set -g __cellar_nonce $CELLAR_SHELL_NONCE
    set -e CELLAR_SHELL_NONCE

    function __cellar_preexec --on-event fish_preexec
        builtin printf '\e]133;C;cellar=%s\a' $__cellar_nonce
    end

    function __cellar_report
        set -l directory (string replace -a '\\' '\\\\' -- $PWD | string join '\\x0a')
        set directory (string replace -a ';' '\\x3b' -- $directory)
        set directory (string replace -ra '\e' '\\\\x1b' -- $directory)
        set directory (string replace -ra '\a' '\\\\x07' -- $directory)
        builtin printf '\e]133;D;%s;cellar=%s\a\e]633;P;Cwd=%s;cellar=%s\a' \
            $argv[1] $__cellar_nonce $directory $__cellar_nonce
    end

    function __cellar_finished --on-event fish_postexec
        __cellar_report $status
    end

    # Code that does not parse is not run, and stays in the editor.
    function __cellar_refused --on-event fish_posterror
        __cellar_report 127
    end

    function __cellar_cancelled --on-event fish_cancel
        __cellar_report 130
    end

    if not functions -q __cellar_own_prompt
        functions -c fish_prompt __cellar_own_prompt
        function fish_prompt
            builtin printf '\e]133;A;cellar=%s\a' $__cellar_nonce
            __cellar_own_prompt
            builtin printf '\e]133;B;cellar=%s\a' $__cellar_nonce
        end
    end
end
