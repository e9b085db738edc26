/** The command line. A command's module is loaded when it is called, and what it needs when it runs: starting fast is part of the job. */
import { keepCompiledCode } from "#node/compiled-code.ts";
import type { Command, Group } from "./command.ts";
import { command as root } from "./commands/index.ts";
import { findCommand } from "./find-command.ts";
import { report } from "./report.ts";
import { misunderstood } from "./usage.ts";

// How this process was told to be Node; what it starts may be an Electron app of its own.
delete process.env["ELECTRON_RUN_AS_NODE"];
// A reader that has seen enough (`| head -1`) is no failure.
process.stdout.on("error", () => {});
keepCompiledCode();
process.exitCode = await main(process.argv.slice(2));

async function main(words: string[]): Promise<number> {
  const [program, ...its] = words;
  // Programs of their own, with arguments of their own: what `resources/bin/k` falls back to.
  if (program === "k" || program === "km") return (await import("./k.ts")).k(program, its);
  // Those in front of the command belong to it as much as those behind.
  const leading = words.findIndex((word) => word !== "--json" && word !== "--non-interactive");
  const at = leading < 0 ? words.length : leading;
  const before = words.slice(0, at);
  const rest = words.slice(at);
  let json = words.includes("--json");
  try {
    if (rest[0] === "--version" || rest[0] === "-v") return await sayVersion();
    const found = await findCommand(root, rest[0] === "help" ? [...rest.slice(1), "--help"] : rest);
    if (found.definition.kind === "group") return await sayGroup(found.path, found.definition, found.rest);
    const { parse } = await import("./parse.ts");
    const given = parse(found.definition, found.path, [...before, ...found.rest]);
    json = given.common.json;
    if (given.common.help) {
      const { commandHelp } = await import("./help.ts");
      return say(commandHelp(found.path, found.definition));
    }
    return await run(found.definition, given);
  } catch (thrown) {
    return report(thrown, { json });
  }
}

async function run(command: Command, given: import("./parse.ts").Parsed): Promise<number> {
  const { Session } = await import("./session.ts");
  const { json, nonInteractive } = given.common;
  if (json) {
    const { setHandler, terminalHandler } = await import("./output/index.ts");
    setHandler(terminalHandler({ resultsOnly: true }));
  }
  const session = new Session({ json, interactive: !nonInteractive });
  try {
    return await command.run(session, given);
  } finally {
    await session.close();
  }
}

async function sayGroup(path: readonly string[], group: Group, rest: readonly string[]): Promise<number> {
  if (!rest.includes("--help") && !rest.includes("-h")) {
    if (rest.length > 0) throw misunderstood(`there is no option ${rest[0]} before a command`, path);
    throw misunderstood(path.length === 0 ? "no command was given" : `${path.join(" ")} needs a command`, path);
  }
  const [{ groupHelp }, { definitionsOf }] = await Promise.all([import("./help.ts"), import("./definitions.ts")]);
  return say(groupHelp(path, group, await definitionsOf(path, group)));
}

async function sayVersion(): Promise<number> {
  const { version } = await import("#node/installation.ts");
  return say(`${version()}\n`);
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}
