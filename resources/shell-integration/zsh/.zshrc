# Cellar's shell integration for zsh, last part: the person's own file, then the hooks. ZDOTDIR is theirs again from here on, so that
# zsh itself finds their .zlogin. The marks carry a secret of this terminal; see bash.sh beside this folder.
if [[ -n ${__cellar_own_zdotdir+x} ]]; then ZDOTDIR=$__cellar_own_zdotdir; else unset ZDOTDIR; fi
# /etc/zshrc of macOS has taken our folder for the person's.
[[ ${HISTFILE-} == $__cellar_zdotdir/* ]] && HISTFILE=${ZDOTDIR:-$HOME}/${HISTFILE:t}
unset __cellar_zdotdir __cellar_own_zdotdir
[[ -r ${ZDOTDIR:-$HOME}/.zshrc ]] && . "${ZDOTDIR:-$HOME}/.zshrc"

if [[ -n ${__cellar_nonce-} && -o interactive ]]; then
  typeset -g __cellar_started=
  typeset -g __cellar_start=$'%{\e]133;A;cellar='$__cellar_nonce$'\a%}'
  typeset -g __cellar_end=$'%{\e]133;B;cellar='$__cellar_nonce$'\a%}'
  # Marks the end of output ahead of the mark that zsh prints after a line without a line feed.
  typeset -g __cellar_eol=$'%{\e]133;D;cellar='$__cellar_nonce$'\a%}'

  __cellar_preexec() {
    builtin printf '\e]133;C;cellar=%s\a' "$__cellar_nonce"
  }

  __cellar_finished() {
    builtin local __cellar_status=$? __cellar_directory=$PWD
    if [[ $__cellar_directory == *[\\\;[:cntrl:]]* ]]; then
      __cellar_directory=${__cellar_directory//\\/\\\\}
      __cellar_directory=${__cellar_directory//;/\\x3b}
      __cellar_directory=${__cellar_directory//$'\n'/\\x0a}
      __cellar_directory=${__cellar_directory//$'\e'/\\x1b}
      __cellar_directory=${__cellar_directory//$'\a'/\\x07}
    fi
    builtin printf '\e]133;D;%s;cellar=%s\a\e]633;P;Cwd=%s;cellar=%s\a' \
      "$__cellar_status" "$__cellar_nonce" "$__cellar_directory" "$__cellar_nonce"
    return 0
  }

  # Last of the hooks: puts the marks around whatever the prompt is by now.
  __cellar_prompt() {
    builtin local own=${PS1-}
    own=${own//$__cellar_start/}
    own=${own//$__cellar_end/}
    PS1=$__cellar_start$own$__cellar_end
    if [[ ${PROMPT_EOL_MARK-x} != $__cellar_eol* ]]; then
      PROMPT_EOL_MARK=$__cellar_eol${PROMPT_EOL_MARK-'%B%S%#%s%b'}
    fi
    [[ ${preexec_functions[-1]-} == __cellar_preexec && ${precmd_functions[1]-} == __cellar_finished &&
      ${precmd_functions[-1]-} == __cellar_prompt ]] || __cellar_install
    return 0
  }

  __cellar_install() {
    typeset -ga precmd_functions preexec_functions
    precmd_functions=(__cellar_finished ${precmd_functions:#__cellar_(finished|prompt)} __cellar_prompt)
    preexec_functions=(${preexec_functions:#__cellar_preexec} __cellar_preexec)
  }
  __cellar_install
fi
