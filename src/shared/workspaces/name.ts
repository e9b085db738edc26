/** Names of workspaces (features AW-25): what is allowed, in the sentences people know, and a good one for a folder. */

export const longestName = 30;
const allowed = /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/;

/** The sentence that says what is wrong with a name, or null when it is fine. */
export function nameProblem(name: string): string | null {
  if (name.length > longestName) return `name '${name}' is too long (${name.length} chars, max ${longestName})`;
  if (!allowed.test(name) || name.includes("--")) {
    return `invalid name '${name}'. Names must be lowercase alphanumeric with hyphens or underscores, must start and end with a letter or digit, and cannot contain consecutive hyphens (--)`;
  }
  return null;
}

/** A valid name close to the last part of a path or URL, different from all in `taken`. */
export function suggestName(location: string, taken: Iterable<string> = []): string {
  const used = new Set(taken);
  const base = nameFrom(location);
  if (!used.has(base)) return base;
  for (let number = 2; ; number++) {
    const suffix = `-${number}`;
    const candidate = trimmed(base.slice(0, longestName - suffix.length)) + suffix;
    if (!used.has(candidate)) return candidate;
  }
}

function nameFrom(location: string): string {
  const last = location
    .replace(/[?#].*$/, "")
    .split(/[\\/:]+/)
    .findLast((part) => part !== "" && part !== ".git");
  const plain = (last ?? "")
    .replace(/\.git$/i, "")
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "-");
  return trimmed(trimmed(plain).slice(0, longestName)) || "workspace";
}

function trimmed(text: string): string {
  return text.replace(/^[-_]+|[-_]+$/g, "");
}
