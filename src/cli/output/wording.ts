/** The exact texts of the output contract, for every handler that shows text. */

export const indented = (message: string, levels: number): string => "  ".repeat(levels) + message;

export const warning = (message: string): string => `Warning: ${message}`;

export const confirmation = (message: string, byDefault: boolean): string =>
  `${message} ${byDefault ? "[Y/n]" : "[y/N]"} `;

export const promptLabel = (label: string, byDefault: string | undefined): string =>
  byDefault ? `${label} [${byDefault}]: ` : `${label}: `;

export const choicePrompt = "Choice: ";
export const invalidChoice = (count: number): string => `Invalid choice. Enter 1-${count}.`;
export const emptySecret = "(empty, try again)";

export function confirmed(answer: string, byDefault: boolean): boolean {
  const word = answer.trim().toLowerCase();
  return word === "" ? byDefault : word === "y" || word === "yes";
}

/** Index from 0, or null for what is no choice. */
export function chosen(answer: string, count: number): number | null {
  const word = answer.trim();
  if (!/^\d+$/.test(word)) return null;
  const number = Number(word);
  return number >= 1 && number <= count ? number - 1 : null;
}

/** `<label>... 40% (2/5) <message>`. */
export function progressLine(
  label: string,
  total: number | undefined,
  current: number | undefined,
  message: string,
): string {
  const counted =
    current !== undefined && total !== undefined && total > 0
      ? [`${Math.floor((current / total) * 100)}% (${current}/${total})`]
      : [];
  return [`${label}...`, ...counted, ...(message === "" ? [] : [message])].join(" ");
}

/** `<label> done (3s) <message>`. */
export function progressEnd(label: string, elapsedMs: number, message: string): string {
  return `${label} done (${Math.floor(elapsedMs / 1000)}s)${message === "" ? "" : ` ${message}`}`;
}
