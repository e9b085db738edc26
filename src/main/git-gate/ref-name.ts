/** Names of branches and tags: which are names at all, and which a pattern means. Pure. */

export type RefKind = "branch" | "tag" | "other";

/** Longest name that is taken; file systems end at 255 bytes for one segment. */
const longest = 240;

/**
 * A full name (`refs/heads/agent/x`) as bytes on the wire, or null for what cannot be one. Narrower than git: letters, digits and `._@+#=-/`
 * only, so that a name means the same to a shell, a log and a person's eye.
 */
export function readRefName(bytes: Buffer): string | null {
  const name = bytes.toString("utf8");
  if (!Buffer.from(name).equals(bytes) || bytes.length > longest) return null;
  if (name.normalize("NFC") !== name || !/^refs\/[\p{L}\p{N}._@+#=/-]+$/u.test(name)) return null;
  const segments = name.split("/");
  if (segments.length < 3 || name.includes("..") || name.includes("@{")) return null;
  return segments.every(
    (segment) => segment !== "" && segment !== "@" && segment !== "HEAD" && !/^[.-]|\.$|\.lock$/i.test(segment),
  )
    ? name
    : null;
}

export function kindOf(ref: string): { kind: RefKind; short: string } {
  const [, kind, short] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? [];
  if (short === undefined) return { kind: "other", short: ref };
  return { kind: kind === "heads" ? "branch" : "tag", short };
}

/** `*`: anything within one segment; `**`: anything. */
export function matches(pattern: string, name: string): boolean {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === "**" ? ".+" : part === "*" ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return new RegExp(`^${source}$`, "u").test(name);
}
