/** `cellar terminal output`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Print the output of a cell",
  details: ["Only looks: starts nothing."],
  arguments: { cell: { required: true, completes: "cell", summary: "Its id" } },
  json: "{cell: cell, output}",
  async run(session, { arguments: { cell: id } }) {
    const { needLooking } = await import("../../looking.ts");
    const look = await needLooking(session);
    const cell = await look.call("cells.get", { id });
    const parts: string[] = [];
    let from = 0;
    for (;;) {
      const part = await look.call("cells.output", { id, from, length: 500_000 });
      parts.push(part.text);
      from += part.text.length;
      if (part.text === "" || from >= part.totalLength) break;
    }
    const output = parts.join("");
    session.result({ cell, output }, () => output);
    return 0;
  },
});
