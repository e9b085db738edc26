/** What a package is made for. */
export type System = "linux" | "darwin" | "win32";
/** On macOS one app carries the native files of both processors. */
export type Processor = "x64" | "arm64" | "universal";

export type Target = { system: System; processor: Processor };

export const targets: readonly Target[] = [
  { system: "linux", processor: "x64" },
  { system: "linux", processor: "arm64" },
  { system: "darwin", processor: "universal" },
  { system: "win32", processor: "x64" },
  { system: "win32", processor: "arm64" },
];

export const targetName = ({ system, processor }: Target): string => `${system}-${processor}`;

/** `linux-x64` → the target; undefined for what we do not ship. */
export function targetOf(name: string): Target | undefined {
  return targets.find((target) => targetName(target) === name);
}

/** Those that can be made here: installers need their own system's tools. */
export function targetsHere(): Target[] {
  return targets.filter(({ system }) => system === process.platform);
}

/** The folders and files of native modules that a package for this target carries. */
export function nativeNames({ system, processor }: Target): string[] {
  return system === "darwin" ? ["darwin-x64", "darwin-arm64"] : [`${system}-${processor}`];
}
