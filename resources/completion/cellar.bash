# cellar completion for bash: put it into ~/.bashrc, or run: source <(cellar completion bash)
_cellar() {
  local program=$1 line
  [[ $program == "~/"* ]] && program=$HOME/${program#"~/"}
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <("$program" completion bash --complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _cellar cellar
