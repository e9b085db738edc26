/** Which agent programs can be launched. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { type Environment, findProgram } from "#node/find-program.ts";
import { installationFolder } from "#node/installation.ts";
import type { Session } from "../session.ts";
import { type Check, note, ok, warned } from "./report.ts";

export async function checkPrograms(session: Session, env: Environment): Promise<Check[]> {
  const main = await session.running();
  const found = main === null ? lookOnPath(env) : await ask(main);
  const there = found.filter((each) => each.status === "ok");
  const missing = found.filter((each) => each.status !== "ok" && each.status !== "warn");
  const problems = found.filter(({ status }) => status === "warn");
  if (there.length === 0) there.push(warned("Installed", "none", "cellar launch programs says how to get one."));
  if (missing.length > 0) there.push(note("Not installed", missing.map(({ name }) => name).join(", ")));
  return [...there, ...problems];
}

type Running = NonNullable<Awaited<ReturnType<Session["running"]>>>;

async function ask(main: Running): Promise<Check[]> {
  const { programs, ownFile, problem } = await main.call("programs.list", {});
  const checks = programs
    .filter(({ id }) => id !== "shell")
    .map(({ name, found, problem: mistake }) => {
      if (mistake !== null) return warned(name, mistake, `Look into ${ownFile}.`);
      return found === null
        ? note(name, "not installed")
        : ok(name, `${found.version ?? "version not known"}, ${found.path}`);
    });
  return problem === null ? checks : [...checks, warned("Your own catalogue", problem, `Look into ${ownFile}.`)];
}

/** Without main: those that come with Cellar, by the name of their program. */
function lookOnPath(env: Environment): Check[] {
  const folder = join(installationFolder, "resources", "agent-programs");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".toml") && file !== "shell.toml")
    .map((file) => {
      const { name, command } = parse(readFileSync(join(folder, file), "utf8")) as { name: string; command: string[] };
      const path = findProgram(command[0] ?? "", env);
      return path === null ? note(name, "not installed") : ok(name, path);
    });
}
