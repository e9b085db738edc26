# Cellar's shell integration for zsh, first part: ZDOTDIR points here only until the person's own files have been read.
__cellar_zdotdir=$ZDOTDIR
if [[ -n ${CELLAR_ZDOTDIR+x} ]]; then ZDOTDIR=$CELLAR_ZDOTDIR; else unset ZDOTDIR; fi
unset CELLAR_ZDOTDIR
typeset -g __cellar_nonce=$CELLAR_SHELL_NONCE
unset CELLAR_SHELL_NONCE
typeset +x __cellar_nonce __cellar_zdotdir
[[ -r ${ZDOTDIR:-$HOME}/.zshenv ]] && . "${ZDOTDIR:-$HOME}/.zshenv"
# The person's .zshenv may have set ZDOTDIR; the next files are ours again.
if [[ -n ${ZDOTDIR+x} ]]; then __cellar_own_zdotdir=$ZDOTDIR; else unset __cellar_own_zdotdir; fi
ZDOTDIR=$__cellar_zdotdir
