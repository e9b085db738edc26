/** A text as one word for sh, bash, zsh, fish and csh alike: single quotes, and a quote itself outside of them. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
