# Cellar's shell integration for bash 4.4 and newer; given as --init-file, so it stands in for ~/.bashrc and runs that first.
# It tells the terminal where a prompt starts and ends, when a command starts and ends, its exit status and the directory, by OSC 133
# and 633 marks that carry a secret of this terminal (`cellar=…`), so that nothing a program prints can be taken for one.

if [ -n "${CELLAR_SHELL_NONCE-}" ]; then
  __cellar_nonce=$CELLAR_SHELL_NONCE
  __cellar_login=${CELLAR_SHELL_LOGIN-}
  unset CELLAR_SHELL_NONCE CELLAR_SHELL_LOGIN
  declare +x __cellar_nonce __cellar_login

  # The person's own startup files, as bash itself would have read them.
  if [ "$__cellar_login" = 1 ]; then
    [ -r /etc/profile ] && . /etc/profile
    if [ -r ~/.bash_profile ]; then . ~/.bash_profile
    elif [ -r ~/.bash_login ]; then . ~/.bash_login
    elif [ -r ~/.profile ]; then . ~/.profile
    fi
  elif [ -r ~/.bashrc ]; then
    . ~/.bashrc
  fi
fi

# Without PS0 (macOS ships bash 3.2) the start of a command cannot be told; such a shell stays as it is.
if [ -n "${__cellar_nonce-}" ] && [[ $- == *i* ]] &&
  ((BASH_VERSINFO[0] > 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4))); then
  declare +x __cellar_nonce
  # Prompts name these by variable, so that an exported PS1 does not carry the secret to other programs.
  __cellar_prompt_start=$'\e]133;A;cellar='$__cellar_nonce$'\a'
  __cellar_prompt_end=$'\e]133;B;cellar='$__cellar_nonce$'\a'
  __cellar_command_start=$'\e]133;C;cellar='$__cellar_nonce$'\a'
  __cellar_ps1_start='\[${__cellar_prompt_start-}\]'
  __cellar_ps1_end='\[${__cellar_prompt_end-}\]'
  __cellar_ps0='${__cellar_command_start-}'

  # First of the prompt commands: what others print while making the prompt is not output of the command.
  __cellar_finished() {
    local status=$? directory=$PWD
    if [[ $directory == *[\\\;[:cntrl:]]* ]]; then
      directory=${directory//\\/\\\\}
      directory=${directory//;/\\x3b}
      directory=${directory//$'\n'/\\x0a}
      directory=${directory//$'\e'/\\x1b}
      directory=${directory//$'\a'/\\x07}
    fi
    builtin printf '\e]133;D;%s;cellar=%s\a\e]633;P;Cwd=%s;cellar=%s\a' \
      "$status" "$__cellar_nonce" "$directory" "$__cellar_nonce"
    return 0
  }

  # Last of the prompt commands: puts the marks around whatever the prompt is by now.
  __cellar_prompt() {
    local own=${PS1-}
    own=${own//"$__cellar_ps1_start"/}
    own=${own//"$__cellar_ps1_end"/}
    PS1=$__cellar_ps1_start$own$__cellar_ps1_end
    if [[ ${PS0-} != *"$__cellar_ps0"* ]]; then PS0=${PS0-}$__cellar_ps0; fi
    __cellar_install
    return 0
  }

  # Puts both functions where they belong, and back there when startup files or the person have moved them.
  __cellar_install() {
    if [ -n "${bash_preexec_imported-}${__bp_imported-}" ]; then
      local name others=()
      for name in ${precmd_functions[@]+"${precmd_functions[@]}"}; do
        case $name in __cellar_finished | __cellar_prompt) ;; *) others+=("$name") ;; esac
      done
      precmd_functions=(__cellar_finished ${others[@]+"${others[@]}"} __cellar_prompt)
    elif ((BASH_VERSINFO[0] > 5 || (BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] >= 1))); then
      # An array; a plain assignment to it replaces only its first element, which is never ours.
      local name last others=()
      for name in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do last=$name; done
      if [ "${PROMPT_COMMAND[1]-}" = __cellar_finished ] && [ "${last-}" = __cellar_prompt ]; then return 0; fi
      for name in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do
        case $name in __cellar_finished | __cellar_prompt | ':' | '') ;; *) others+=("$name") ;; esac
      done
      PROMPT_COMMAND=(: __cellar_finished ${others[@]+"${others[@]}"} __cellar_prompt)
    else
      case ${PROMPT_COMMAND-} in
      "__cellar_finished;"*";__cellar_prompt" | "__cellar_finished;__cellar_prompt") ;;
      *)
        local own=${PROMPT_COMMAND-}
        own=${own//__cellar_finished;/}
        own=${own//;__cellar_prompt/}
        own=${own%"${own##*[!; ]}"}
        PROMPT_COMMAND="__cellar_finished;${own:+$own;}__cellar_prompt"
        ;;
      esac
    fi
    return 0
  }

  __cellar_install
  # Several lines then arrive as one piece; on by default since bash 5.1.
  bind 'set enable-bracketed-paste on' 2>/dev/null || :
fi
