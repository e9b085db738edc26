/** What a person means by a name: an id, a name, or what a list calls it. */
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import { pick } from "./ask.ts";
import { info } from "./output/index.ts";
import { type Entry, overview } from "./overview.ts";
import type { Session } from "./session.ts";
import { closest } from "./usage.ts";

/**
 * The terminal with this id, name or label; without one the only one there is, or a choice. A terminal that is alive goes before one that has
 * ended. Throws `not_found`, and `conflict` when several are meant.
 */
export async function findTerminal(
  session: Session,
  wanted: string | undefined,
  suits: (entry: Entry) => boolean = ({ alive }) => alive,
): Promise<Entry> {
  const { entries } = await overview(session);
  if (wanted !== undefined) return terminalNamed(entries, wanted);
  const candidates = entries.filter(suits).map((entry) => ({ item: entry, name: entry.label, line: lineOf(entry) }));
  return pick(session, "terminal", candidates, nothingRuns("terminal"));
}

export function terminalNamed(entries: readonly Entry[], wanted: string): Entry {
  const byId = entries.find(({ terminal }) => terminal.id === wanted);
  if (byId !== undefined) return byId;
  for (const alive of [true, false]) {
    const those = entries.filter((entry) => entry.alive === alive);
    const byName = those.filter(({ terminal }) => terminal.name === wanted);
    const found = byName.length > 0 ? byName : those.filter(({ label }) => label === wanted);
    // Of those that have ended, the latest is meant.
    const [first, second] = alive ? found : found.toReversed();
    if (first !== undefined && (second === undefined || !alive)) return first;
    if (first !== undefined) {
      const ids = found.map(({ terminal }) => terminal.id).join(", ");
      throw new Failure("conflict", `${found.length} terminals are called '${wanted}'`, { hint: `Say which: ${ids}.` });
    }
  }
  throw unknown(
    "terminal",
    wanted,
    entries.filter(({ alive }) => alive).flatMap(({ terminal, label }) => [terminal.name ?? label]),
  );
}

/** As {@link findTerminal}. Without a name the workspace of the current directory is taken. Starts Cellar when it does not run. */
export async function findWorkspace(
  session: Session,
  wanted: string | undefined,
  suits: (workspace: Workspace) => boolean = () => true,
): Promise<Workspace> {
  const main = await session.main();
  const all = await main.items("workspaces.watch", {});
  if (wanted !== undefined) return workspaceNamed(all, wanted);
  const fitting = all.filter(suits);
  const here = around(fitting, process.cwd());
  if (here !== null) {
    info(`Using workspace '${here.name}'`);
    return here;
  }
  const candidates = fitting.map((item) => ({ item, name: item.name, line: `${item.name}  ${item.path}` }));
  return pick(session, "workspace", candidates, nothingRuns("workspace"));
}

export function workspaceNamed(all: readonly Workspace[], wanted: string): Workspace {
  const found = all.find(({ id, name }) => id === wanted || name === wanted);
  if (found !== undefined) return found;
  throw unknown(
    "workspace",
    wanted,
    all.map(({ name }) => name),
  );
}

/** The innermost one that a directory lies in. */
export function around(all: readonly Workspace[], directory: string): Workspace | null {
  const inside = all.filter(({ path }) => directory === path || directory.startsWith(`${path}/`));
  return inside.sort((a, b) => b.path.length - a.path.length)[0] ?? null;
}

function lineOf({ label, workspace, status, terminal }: Entry): string {
  return [label, ...(workspace === null ? [] : [workspace.name]), status.words, terminal.id].join("  ");
}

function unknown(what: string, wanted: string, names: readonly string[]): Failure {
  const near = closest(wanted, names);
  return new Failure("not_found", `there is no ${what} '${wanted}'`, {
    hint:
      near !== null
        ? `Did you mean ${near}?`
        : names.length === 0
          ? `There is no ${what} at all.`
          : `There are: ${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}.`,
  });
}

function nothingRuns(what: "terminal" | "workspace"): Failure {
  return new Failure("not_found", `there is no ${what}`, {
    hint: what === "terminal" ? "cellar terminal new starts one." : "cellar workspace create makes one.",
  });
}
