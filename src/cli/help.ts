/** What the command line says about itself, and the exit codes it promises. */
import type { ErrorCode } from "#shared/contract/base.ts";

/** Stable: scripts rely on them. */
export const exitCodes: Record<ErrorCode, number> = {
  failed: 1,
  internal: 1,
  invalid_input: 2,
  not_found: 3,
  conflict: 4,
  unavailable: 5,
  refused: 6,
  unauthorized: 6,
  cancelled: 7,
  too_large: 8,
};

export const help = `Cellar: a workbench for running many coding agents at once.

  cellar serve [--open] [--port N]
      Starts Cellar with the system's browser as its window, and prints one JSON line
      {"url","pid","home"} when it is ready. --open opens the address. Ctrl-C ends
      Cellar; terminals go on. If Cellar runs already, prints where and ends.

  cellar call [--lines N] <procedure> ['<json>' | -]
      Calls a procedure of the running Cellar (starting one in the background if there
      is none) and prints its result as JSON; a stream is printed as JSON lines until
      it ends, Ctrl-C, or N lines. The input is a JSON object, {} when left out; - reads it from
      standard input. docs/contract.md lists the procedures.

      cellar call terminals.create '{"command": "make test"}'
      cellar call cells.run '{"terminalId": "term-1a2b3c4d", "code": "ls"}'
      cellar call --lines 1 terminals.watch
      cellar call app.quit

  cellar mcp [--http]
      Serves MCP on standard input and output, for clients that start their servers
      (claude mcp add cellar -- cellar mcp). With CELLAR_TOKEN in the environment it acts
      as the launched program it was given to, else as you. --http prints
      {"url","token"} instead, for clients that connect by address. docs/mcp.md says more.

  cellar --help | --version

CELLAR_HOME chooses the state directory; every home has a Cellar of its own.

Failures are printed on standard error as {"code","message","hint"?,"logPath"?}. Exit codes:
  0  done                       5  unavailable, or Cellar cannot be reached
  1  failed, internal           6  refused, unauthorized
  2  invalid input or usage     7  cancelled
  3  not found                  8  too large
  4  conflict
`;
