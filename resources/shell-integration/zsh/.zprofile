# Cellar's shell integration for zsh, login shells: the person's own file.
if [[ -n ${__cellar_own_zdotdir+x} ]]; then ZDOTDIR=$__cellar_own_zdotdir; else unset ZDOTDIR; fi
[[ -r ${ZDOTDIR:-$HOME}/.zprofile ]] && . "${ZDOTDIR:-$HOME}/.zprofile"
if [[ -n ${ZDOTDIR+x} ]]; then __cellar_own_zdotdir=$ZDOTDIR; else unset __cellar_own_zdotdir; fi
ZDOTDIR=$__cellar_zdotdir
