#!/bin/bash
# Stands in for an agent program where only the system's own programs are: in a bottle. Lines it is told: `hook EVENT PAYLOAD` (what it tells Cellar through
# its hook script, as agents run theirs), `settings` (runs the first command of the settings file it was given), `exit N`; anything else is
# answered with "heard". What it was given goes to the file `record` in its workspace.
printf 'started %s\n' "$*" >>record
printf '> '
while IFS= read -r line; do
  set -- $line
  case $1 in
    hook)
      said=$(/bin/sh -c "\"\$CELLAR_HOOK\" $2" <<<"${*:3}" 2>&1)
      printf 'hooked %s %s %s\n' "$2" "$?" "$said" >>record ;;
    settings)
      said=$(/bin/sh -c "$(cat "$AGENT_SETTINGS")" <<<'{}' 2>&1)
      printf 'hooked settings %s %s\n' "$?" "$said" >>record ;;
    exit) exit "$2" ;;
    *) printf 'heard\n' ;;
  esac
  printf '> '
done
