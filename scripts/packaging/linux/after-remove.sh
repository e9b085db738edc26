#!/bin/sh
# After a deb (remove, purge) or rpm (0) is gone. An upgrade (upgrade, 1, …) keeps everything: the new version's own script follows.
set -e
case $1 in
  remove | purge | 0) ;;
  *) exit 0 ;;
esac

link=$DPKG_ROOT/usr/bin/cellar
if [ -L "$link" ]; then rm -f "$link"; fi

profile=$DPKG_ROOT/etc/apparmor.d/${executable}
if [ -f "$profile" ]; then
  # Unloaded first: a profile without a file stays until the computer starts again.
  if [ -z "$DPKG_ROOT" ] && command -v apparmor_parser >/dev/null; then
    apparmor_parser --remove "$profile" || true
  fi
  rm -f "$profile"
fi
# What a person has added to it.
if [ "$1" = purge ]; then rm -f "$DPKG_ROOT/etc/apparmor.d/local/${executable}"; fi
