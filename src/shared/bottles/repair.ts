/** A backend's reason is one sentence that a command line prints whole; where its command has a place of its own, the sentence goes without. */

/** `why; do it with: sudo x (to keep it, …)` without the command: `why; do it with (to keep it, …):`, and what is left of brackets around it. */
export function withoutCommand(reason: string, repair: string | null): string {
  if (repair === null) return reason;
  const [before = "", after = ""] = reason.split(repair, 2);
  const start = before
    .replace(/\s*\(?$/, "")
    .trimEnd()
    .replace(/:$/, "");
  const end = before.endsWith("(") ? after.replace(/^\)/, "") : after;
  return `${start}${end.replace(/\.$/, "")}:`;
}
