#compdef cellar
# cellar completion for zsh: put it into a file _cellar in your fpath, or run: source <(cellar completion zsh)
_cellar() {
  local program=${(Q)words[1]} line tab=$'\t'
  local -a values shown folders
  [[ $program == "~/"* ]] && program=$HOME/${program#"~/"}
  while IFS= read -r line; do
    if [[ $line == */ ]]; then
      folders+=("$line")
    else
      values+=("${line%%$tab*}")
      if [[ $line == *$tab* ]]; then shown+=("${line%%$tab*}  -- ${line#*$tab}"); else shown+=("$line"); fi
    fi
  done < <("$program" completion zsh --complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( ${#folders} )) && compadd -S '' -- "${folders[@]}"
  (( ${#values} )) && compadd -l -d shown -- "${values[@]}"
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _cellar "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _cellar cellar
fi
