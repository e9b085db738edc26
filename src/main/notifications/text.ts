/** The words of notifications: who speaks, and what is left out of what programs say. */
import type { Terminal } from "#shared/contract/terminals.ts";
import { labelIn } from "#shared/terminals/label.ts";

/** Longest text of a notification, in characters; desktops cut it far earlier. */
const longestText = 300;

/** Shapes of credentials that programs have been seen to print. A notification is shown on locked screens and kept by the desktop. */
const credentials =
  /\b(?:sk-[\w-]{16,}|gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abpr]-[\w-]{10,}|AKIA[A-Z0-9]{16}|AIza[\w-]{30,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)|\b(?:Bearer|Basic) [\w+/=.~-]{16,}|(?<=:\/\/[^\s/:@]{0,200}:)[^\s/@]+(?=@)/g;

/** One line without control and direction characters, credentials blotted out, cut to a length that can be read. */
export function cleanText(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "")
    .replace(credentials, "•••")
    .trim();
  const characters = [...line];
  return characters.length <= longestText ? line : `${characters.slice(0, longestText - 1).join("")}…`;
}

/** Which workspace and which terminal: `api · claude`. */
export function titleOf(terminal: Terminal | undefined, terminalId: string, workspace: string | null): string {
  const label = labelOf(terminal, workspace) ?? terminalId;
  return workspace === null ? label : `${workspace} · ${label}`;
}

/** A terminal's name without the workspace in front, which the title has already. */
function labelOf(terminal: Terminal | undefined, workspace: string | null): string | undefined {
  return terminal?.name ? labelIn(terminal.name, workspace) : terminal?.owner.programId;
}

/** `1 234`, with a thin space, as people of any country read it. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

/** Seconds as people say them: `45 s`, `5 min`, `2 h`. */
export function spokenSeconds(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
