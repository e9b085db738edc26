/** The limit of a cell as a person types it. */

/** What the contract takes at most: about 115 days. */
const mostSeconds = 10_000_000;

export const defaultLimits = { run: 30, fire: 300 } as const;

/** Seconds; null when it is no whole number of seconds that can be taken. Empty means the default, 0 no limit. */
export function limitOf(text: string, how: "run" | "fire"): number | null {
  const trimmed = text.trim();
  if (trimmed === "") return defaultLimits[how];
  if (!/^\d{1,8}$/.test(trimmed)) return null;
  const seconds = Number(trimmed);
  return seconds <= mostSeconds ? seconds : null;
}
