/** Which command the words of a command line begin with. */
import type { Command, Group } from "./command.ts";
import { closest, misunderstood } from "./usage.ts";

export type Found = { path: string[]; definition: Command | Group; rest: string[] };

/** Loads only the modules on the way. Throws `invalid_input` for a word that names no command. */
export async function findCommand(root: Group, words: readonly string[]): Promise<Found> {
  const path: string[] = [];
  let group = root;
  let rest = [...words];
  for (;;) {
    const [word] = rest;
    if (word === undefined || word.startsWith("-")) return { path, definition: helpOrOtherwise(group, rest), rest };
    const load = Object.hasOwn(group.commands, word) ? group.commands[word] : undefined;
    if (load === undefined) {
      if (group.otherwise !== undefined) return { path, definition: group.otherwise, rest };
      const near = closest(word, Object.keys(group.commands));
      const what = ["there is no command", ...path, word].join(" ");
      throw misunderstood(near === null ? what : `${what}; did you mean ${[...path, near].join(" ")}?`, path);
    }
    path.push(word);
    rest = rest.slice(1);
    const { command } = await load();
    if (command.kind === "command") return { path, definition: command, rest };
    group = command;
  }
}

/** A group that does something by itself is asked for help as a group all the same. */
function helpOrOtherwise(group: Group, rest: readonly string[]): Command | Group {
  const help = rest.includes("--help") || rest.includes("-h");
  return help || group.otherwise === undefined ? group : group.otherwise;
}
