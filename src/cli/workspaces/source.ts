/** What a workspace is made from, as it was typed in some directory. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** A path is made absolute, as only we know where it was typed; a URL stays. */
export function sourceOf(typed: string): string {
  return isUrl(typed) ? typed : resolve(typed);
}

/** `https:`, `ssh:`, `file:`, or git's short form for ssh. */
function isUrl(typed: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) || (/^[\w.-]+@[\w.-]+:(?!\/\/)./.test(typed) && !existsSync(typed));
}

/** Looks like something to make a workspace from rather than like a name. */
export function looksLikeSource(typed: string): boolean {
  return isUrl(typed) || /[\\/]/.test(typed) || typed === "." || typed === "..";
}
