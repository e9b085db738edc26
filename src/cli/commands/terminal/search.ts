/** `cellar terminal search`. */
import { defineCommand } from "../../command.ts";
import { wholeNumber } from "../../numbers.ts";

export const command = defineCommand({
  summary: "Find text in the output of all terminals, the newest first",
  details: ["Only looks: starts nothing. Ends with 3 when nothing is found."],
  arguments: { text: { required: true, summary: "What to look for" } },
  options: {
    regex: { short: "E", summary: "The text is a regular expression" },
    limit: { short: "n", value: "N", summary: "So many lines at most; 200 when left out" },
  },
  json: "[{terminalId, line, text, start, end}]",
  async run(session, { options, arguments: { text } }) {
    const [{ needLooking }, { overview }, { oneLine }] = await Promise.all([
      import("../../looking.ts"),
      import("../../overview.ts"),
      import("../../table.ts"),
    ]);
    const limit = Math.max(1, wholeNumber("--limit", options.limit, 200));
    const look = await needLooking(session);
    const hits = await look.call("terminals.search", { text, regex: options.regex, limit });
    const { entries } = await overview(session);
    const labels = new Map(entries.map(({ terminal, label }) => [terminal.id, label]));
    session.result(hits, () =>
      hits.map((hit) => `${labels.get(hit.terminalId) ?? hit.terminalId}:${hit.line}: ${oneLine(hit.text)}`).join("\n"),
    );
    return hits.length === 0 ? 3 : 0;
  },
});
