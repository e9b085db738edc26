/** `cellar terminal send`. */
import { Failure } from "#shared/failure.ts";
import { defineCommand } from "../../command.ts";
import { misunderstood } from "../../usage.ts";

export const command = defineCommand({
  summary: "Type into a terminal",
  details: [
    "Types the text, then Enter unless --raw, then the keys. Keys: Enter, Tab, Escape, Space, Backspace, Up, Down, Left, Right, Home, End, PageUp, PageDown, Delete, F1 to F12, C-a to C-z.",
  ],
  arguments: {
    terminal: { required: true, completes: "terminal", summary: "The terminal" },
    text: { rest: "words", summary: "What to type; - reads it from standard input" },
  },
  options: {
    raw: { summary: "No Enter after the text" },
    key: { short: "k", value: "key", multiple: true, summary: "Press a key" },
  },
  examples: [
    ["terminal send dev 'make test'", "types a line"],
    ["terminal send dev --key C-c", "presses Ctrl-C"],
  ],
  json: "{bytesWritten}",
  async run(session, { options, arguments: { terminal, text } }) {
    const [{ findTerminal }, { keySequence }, { textOrInput }] = await Promise.all([
      import("../../find.ts"),
      import("../../terminals/keys.ts"),
      import("../../text-input.ts"),
    ]);
    if (text.length === 0 && options.key.length === 0) {
      throw misunderstood("there is nothing to type: give a text or a --key", ["terminal", "send"]);
    }
    const keys = options.key.map(keySequence).join("");
    const typed = text.length === 0 ? "" : (await textOrInput(text.join(" "))) + (options.raw ? "" : "\r");
    const main = await session.main();
    const found = await findTerminal(session, terminal);
    if (!found.alive) throw new Failure("conflict", `'${found.label}' has ended: ${found.status.words}`);
    const written = await main.call("terminals.write", { id: found.terminal.id, text: typed + keys });
    session.result(written, () => "");
    return 0;
  },
});
