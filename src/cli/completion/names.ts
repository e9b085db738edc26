/** Names of what lives, for completion. Starts nothing, and gives up soon: a person is waiting with a finger on Tab. */
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import type { Completes } from "../command.ts";
import { overview } from "../overview.ts";
import type { Session } from "../session.ts";

export type Completion = { value: string; description: string };

const patienceMs = 2_000;

export async function names(session: Session, of: Completes, typed: string): Promise<Completion[]> {
  if (of === "folder") return folders(typed);
  const late = Promise.withResolvers<Completion[]>();
  const timer = setTimeout(() => late.resolve([]), patienceMs);
  try {
    return await Promise.race([sources[of](session), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const sources: Record<Exclude<Completes, "folder">, (session: Session) => Promise<Completion[]>> = {
  terminal: (session) => terminals(session, true),
  "ended-terminal": (session) => terminals(session, false),
  async workspace(session) {
    const main = await session.running();
    if (main === null) return [];
    const all = await main.items("workspaces.watch", {});
    return all.map(({ name, path }) => ({ value: name, description: path }));
  },
  async program(session) {
    const main = await session.running();
    if (main === null) return [];
    const { programs } = await main.call("programs.list", {});
    return programs
      .filter(({ found }) => found !== null)
      .map(({ id, name, found }) => ({ value: id, description: `${name} ${found?.version ?? ""}`.trim() }));
  },
  async launch(session) {
    const main = await session.running();
    if (main === null) return [];
    const launches = await main.items("launches.watch", {});
    return launches.map(({ id, programName }) => ({ value: id, description: programName }));
  },
  async bottle(session) {
    const main = await session.running();
    if (main === null) return [];
    const bottles = await main.items("bottles.watch", {});
    return bottles.map(({ slug, label, state }) => ({ value: slug, description: `${label}, ${state}` }));
  },
  async cell(session) {
    const main = await session.running();
    if (main === null) return [];
    const cells = await main.items("cells.watch", {});
    return cells.map(({ id, code }) => ({ value: id, description: code }));
  },
  async procedure() {
    const { contract } = await import("#shared/contract/index.ts");
    return Object.entries(contract).flatMap(([domain, procedures]) =>
      Object.keys(procedures).map((name) => ({ value: `${domain}.${name}`, description: "" })),
    );
  },
};

/** By name where there is one: a label may have blanks, and need not be unique. */
async function terminals(session: Session, alive: boolean): Promise<Completion[]> {
  const { entries } = await overview(session);
  return entries
    .filter((entry) => entry.alive === alive)
    .map(({ label, status, workspace, terminal }) => ({
      value: alive ? (terminal.name ?? terminal.id) : terminal.id,
      description: [label, workspace?.name, status.words].filter(Boolean).join(", "),
    }));
}

/** Directories below what is typed, which stays as it is typed. */
function folders(typed: string): Completion[] {
  const parent = typed.slice(0, typed.lastIndexOf("/") + 1);
  const directory = parent.startsWith("~/") ? homedir() + parent.slice(1) : parent || ".";
  const hidden = typed.slice(parent.length).startsWith(".");
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && (hidden || !entry.name.startsWith(".")))
    .map(({ name }) => ({ value: `${parent}${name}/`, description: "" }));
}
