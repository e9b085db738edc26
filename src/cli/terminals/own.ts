/** The terminal of Cellar that we were started in. */

/** Its id; null outside of Cellar's terminals. */
export function ownTerminalId(env: NodeJS.ProcessEnv = process.env): string | null {
  const id = env["CELLAR_TERMINAL_ID"];
  return id !== undefined && /^term-[0-9a-f]{8}$/.test(id) ? id : null;
}
