/** `cellar completion`. */
import { defineCommand } from "../command.ts";

export const command = defineCommand({
  summary: "Print a script that completes cellar's commands and the names of what lives",
  details: ["Completing never starts Cellar: while nothing runs, commands and options are completed all the same."],
  arguments: {
    shell: { required: true, choices: ["bash", "zsh", "fish", "powershell"], summary: "The shell it is for" },
    words: { rest: "dashes", summary: "With --complete: the words so far, the last one being typed" },
  },
  options: { complete: { summary: "What the script asks: print what the last word can become" } },
  examples: [
    [`completion bash >> ~/.bashrc`, "for bash"],
    [`completion zsh > "\${fpath[1]}/_cellar"`, "for zsh"],
    ["completion fish > ~/.config/fish/completions/cellar.fish", "for fish"],
    ["completion powershell >> $PROFILE", "for PowerShell"],
  ],
  async run(session, { options, arguments: { shell, words } }) {
    if (!options.complete) {
      const { completionScript } = await import("../completion/scripts.ts");
      process.stdout.write(completionScript(shell));
      return 0;
    }
    const [{ complete }, { printed }, { command: root }] = await Promise.all([
      import("../completion/complete.ts"),
      import("../completion/scripts.ts"),
      import("./index.ts"),
    ]);
    process.stdout.write(printed(shell, await complete(session, root, words)));
    return 0;
  },
});
