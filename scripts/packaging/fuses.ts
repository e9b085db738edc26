/** Electron's fuses, as strict as the terminal host allows: what a program may make of an installed Cellar without changing its files. */
import type { Configuration } from "electron-builder";

export const fuses = {
  // The terminal host, the command line and workers are Cellar's own executable acting as Node; there is no other runtime to ship for them.
  runAsNode: true,
  // Nothing that an environment says may run in the app or get past its sandbox.
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  // Cookies are none of ours, but what Chromium stores is encrypted with the keychain's key all the same.
  enableCookieEncryption: true,
  // The window's files and main's entry are those that were packed, and no folder beside the archive can take their place.
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  // There is no V8 snapshot of our own.
  loadBrowserProcessSpecificV8Snapshot: false,
  // The window is served by its own scheme, so file: pages need no privileges.
  grantFileProtocolExtraPrivileges: false,
} satisfies Configuration["electronFuses"];
