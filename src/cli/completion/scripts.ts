/** The scripts by which shells ask us (resources/completion/), and the form in which they want the answer. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { installationFolder } from "#node/installation.ts";
import { oneLine } from "../table.ts";
import type { Completion } from "./names.ts";

const files: Record<string, string> = {
  bash: "cellar.bash",
  zsh: "cellar.zsh",
  fish: "cellar.fish",
  powershell: "cellar.ps1",
};
/** A description is one line beside its value. */
const longestDescription = 100;

export function completionScript(shell: string): string {
  return readFileSync(join(installationFolder, "resources", "completion", files[shell] ?? ""), "utf8");
}

/** One line each, value and description with a tab between; bash has no place for descriptions. */
export function printed(shell: string, completions: readonly Completion[]): string {
  return completions
    .map(({ value, description }) => {
      const words = oneLine(description).slice(0, longestDescription);
      return shell === "bash" || words === "" ? `${value}\n` : `${value}\t${words}\n`;
    })
    .join("");
}
