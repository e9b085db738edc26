#!/bin/sh
# After a deb or rpm has been unpacked: the command line's link, Chromium's sandbox, the desktop's lists, AppArmor.
# DPKG_ROOT is where dpkg installs for another system; it is empty for the one that runs.
set -e
installed=/opt/${sanitizedProductName}

ln -sf "$installed/resources/app.asar.unpacked/resources/bin/cellar" "$DPKG_ROOT/usr/bin/cellar"

# Without user namespaces Chromium needs its helper to be root's; with them it must not be.
if unshare --user true 2>/dev/null; then mode=0755; else mode=4755; fi
chmod "$mode" "$DPKG_ROOT$installed/chrome-sandbox" || true

if [ -z "$DPKG_ROOT" ]; then
  if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
  if command -v update-desktop-database >/dev/null; then update-desktop-database /usr/share/applications || true; fi
fi

# An AppArmor too old for the profile has no rule that would need one.
profile=$DPKG_ROOT$installed/resources/apparmor-profile
target=$DPKG_ROOT/etc/apparmor.d/${executable}
if [ -f "$profile" ] && command -v apparmor_parser >/dev/null &&
  apparmor_parser --skip-kernel-load --debug "$profile" >/dev/null 2>&1; then
  mkdir -p "$DPKG_ROOT/etc/apparmor.d"
  cp -f "$profile" "$target"
  if [ -z "$DPKG_ROOT" ] && ! { command -v ischroot >/dev/null && ischroot; }; then
    apparmor_parser --replace --write-cache --skip-read-cache "$target" || true
  fi
fi
