/** What an MCP client has to be given to start Cellar's server. */

/** A command line for a POSIX shell; also right in PowerShell for paths without a quote. */
export function claudeCommand(command: readonly string[]): string {
  return `claude mcp add --scope user cellar -- ${command.map(quoted).join(" ")}`;
}

export function clientConfiguration([command, ...args]: readonly string[]): string {
  return JSON.stringify({ mcpServers: { cellar: { command, args } } }, null, 2);
}

function quoted(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
