/** The person's own catalogue file, made when they first ask for it. */
import { writeFile } from "node:fs/promises";

const template = `# Your own agent programs. Each table is one program; its name is the program's id.
# A table named like one that comes with Cellar (claude, codex, gemini, …) replaces only the keys it has.
# Every key is described in docs/agent-programs.md of Cellar.

# [claude]
# command = ["claude", "--model", "opus"]

# [my-agent]
# name = "My agent"
# homepage = "https://example.com"
# command = ["my-agent"]
# environment = ["MY_AGENT_KEY"]
# version = { arguments = ["--version"], pattern = '(\\d+\\.\\d+\\.\\d+)' }
# install = [{ label = "npm", command = "npm install -g my-agent" }]
# start = { prompt = "argument", arguments = [], arguments-with-prompt = ["{prompt}"] }
`;

/** Leaves a file that is there as it is. */
export async function makeOwnFile(path: string): Promise<void> {
  try {
    await writeFile(path, template, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
