/** What an agent is about to do with one of its tools, in a person's words: `run `rm -rf build``, `change src/a.ts`. */
import { oneLine } from "../text.ts";
import { objectIn, type Payload, textIn } from "./payload.ts";

export type ToolWords = {
  /** With what it is about. */
  full: string;
  /** Without. */
  brief: string;
};

/** The tools of several programs whose names or inputs say the same thing. */
const kinds: readonly { tools: RegExp; verb: string; brief: string; keys: readonly string[]; quoted?: boolean }[] = [
  {
    tools: /^(bash|powershell|shell|run_shell_command|exec_command|local_shell)$/i,
    verb: "run",
    brief: "run a command",
    keys: ["command", "cmd"],
    quoted: true,
  },
  {
    tools: /^(edit|multiedit|write|notebookedit|write_file|replace|apply_patch)$/i,
    verb: "change",
    brief: "change a file",
    keys: ["file_path", "notebook_path", "path"],
  },
  {
    tools: /^(read|read_file|glob|grep|ls)$/i,
    verb: "read",
    brief: "read files",
    keys: ["file_path", "path", "pattern"],
  },
  { tools: /^(webfetch|web_fetch)$/i, verb: "fetch", brief: "fetch an address", keys: ["url", "prompt"] },
  { tools: /^(websearch|google_web_search)$/i, verb: "search for", brief: "search the web", keys: ["query"] },
];

export function toolWords(payload: Payload): ToolWords {
  const name = textIn(payload, "tool_name", 60);
  if (name === undefined) return { full: "use a tool", brief: "use a tool" };
  const kind = kinds.find(({ tools }) => tools.test(name));
  if (kind === undefined) return { full: `use ${name}`, brief: `use ${name}` };
  const input = objectIn(payload["tool_input"]);
  const about = kind.keys.map((key) => textIn(input, key, 150)).find((text) => text !== undefined);
  if (about === undefined) return { full: kind.brief, brief: kind.brief };
  return { full: oneLine(`${kind.verb} ${kind.quoted ? `\`${about}\`` : about}`), brief: kind.brief };
}
