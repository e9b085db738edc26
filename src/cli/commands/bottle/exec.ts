/** `cellar bottle exec`. */
import { defineCommand } from "../../command.ts";
import { wholeNumber } from "../../numbers.ts";

export const command = defineCommand({
  summary: "Run a script inside a bottle, wait for it, and print what it printed",
  details: [
    "A POSIX shell reads it; its input is empty. Ends with the script's own exit status, and with 1 when a signal ended it.",
  ],
  arguments: {
    bottle: { required: true, completes: "bottle", summary: "The bottle" },
    script: { required: true, rest: "words", summary: "The script; - reads it from standard input" },
  },
  options: { timeout: { short: "t", value: "seconds", summary: "End it after so long; 60 when left out" } },
  examples: [
    ["bottle exec fix-login git status --short", "what the agent has changed"],
    ["bottle exec fix-login - < look.sh", "a script that needs no quoting"],
  ],
  json: "{exitCode, stdout, stderr, truncated}",
  async run(session, { options, arguments: { bottle: wanted, script } }) {
    const [{ findBottle }, { textOrInput }, { warn }] = await Promise.all([
      import("../../bottles/find.ts"),
      import("../../text-input.ts"),
      import("../../output/index.ts"),
    ]);
    const timeoutSeconds = wholeNumber("--timeout", options.timeout, 60);
    const text = await textOrInput(script.join(" "));
    const main = await session.main();
    const { bottle } = await findBottle(session, main, wanted);
    const ended = await main.call("bottles.exec", { id: bottle.id, script: text, timeoutSeconds });
    session.result(ended, () => ended.stdout);
    if (!session.json) process.stderr.write(ended.stderr);
    if (ended.truncated) warn("more was printed than is kept");
    return ended.exitCode ?? 1;
  },
});
