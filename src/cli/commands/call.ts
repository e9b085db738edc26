/** `cellar call`: any procedure of a running Cellar, for scripts and tests. */
import { defineCommand } from "../command.ts";
import { misunderstood } from "../usage.ts";

export const command = defineCommand({
  summary: "Call a procedure of the contract and print its result as JSON",
  details: [
    "Starts Cellar in the background when it does not run. A stream is printed as JSON lines until it ends, Ctrl-C, or N lines. docs/contract.md lists the procedures.",
  ],
  arguments: {
    procedure: { required: true, completes: "procedure", summary: "Its name, like terminals.list" },
    input: {
      summary:
        "A JSON object, {} when left out; - reads it from standard input, the only way for calls that carry a secret",
    },
  },
  options: { lines: { value: "N", summary: "End after so many events of a stream" } },
  examples: [
    [`call terminals.create '{"command": "make test"}'`, "starts a terminal"],
    [`call cells.run '{"terminalId": "term-1a2b3c4d", "code": "ls"}'`, "runs code in it"],
    ["call --lines 1 terminals.watch", "prints all terminals"],
    ["call app.quit", "ends Cellar; terminals go on"],
  ],
  json: "the result, which is JSON anyway",
  async run(session, { options, arguments: { procedure, input } }) {
    const lines = options.lines === undefined ? Number.POSITIVE_INFINITY : Number(options.lines);
    if (!(lines >= 1)) throw misunderstood("--lines takes a number from 1 on", ["call"]);
    const { call } = await import("../call.ts");
    return call(await session.paths(), procedure, input ?? "{}", lines);
  },
});
