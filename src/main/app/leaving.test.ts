import { expect, test } from "vitest";
import type { Bottle } from "#shared/contract/bottles.ts";
import type { Job } from "#shared/contract/jobs.ts";
import type { Proposal } from "#shared/contract/supervise.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { endingWords, isWorthSaying, Leaving, leavingWords } from "./leaving.ts";

const terminal = (id: string, change: Partial<Terminal> = {}) =>
  ({
    id,
    name: id,
    title: "",
    command: "sh",
    argv: null,
    state: "running",
    heldCellId: null,
    owner: {},
    ...change,
  }) as Terminal;
const bottle = (id: string, change: Partial<Bottle> = {}) => ({ id, label: id, state: "running", ...change }) as Bottle;

/** Everything that may be there, in a test's hands. `stubborn` terminals end only by force, `immortal` ones never. */
function cellar({ stubborn = [] as string[], immortal = [] as string[] } = {}) {
  const terminals = new Map<string, Terminal>();
  const bottles = new Map<string, Bottle>();
  const listeners = new Set<(terminal: Terminal) => void>();
  const jobs: Job[] = [];
  const proposals: Proposal[] = [];
  const asked: string[] = [];
  const end = (id: string) => {
    const ended = { ...terminals.get(id)!, state: "cancelled" as const };
    terminals.set(id, ended);
    for (const listener of listeners) listener(ended);
  };
  const leaving = new Leaving({
    terminals: {
      list: () => [...terminals.values()],
      async kill(id, force) {
        asked.push(`${force ? "force" : "end"} ${id}`);
        if (!immortal.includes(id) && (force || !stubborn.includes(id))) end(id);
      },
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    bottles: {
      list: { values: () => [...bottles.values()] },
      async shut(id) {
        bottles.set(id, { ...bottles.get(id)!, state: "ended" });
        for (const each of terminals.values()) if (each.owner.bottleId === id) end(each.id);
      },
    },
    jobs: () => jobs,
    proposals: () => proposals,
    workspaceName: (id) => (id === "ws-00000001" ? "api" : null),
    graceMs: 20,
  });
  return { leaving, terminals, bottles, jobs, proposals, asked, listeners };
}

test("terminals alone are nothing to ask about: they go on", () => {
  const { leaving, terminals } = cellar();
  terminals.set("a", terminal("a"));
  expect(isWorthSaying(leaving.facts())).toBe(false);
});

test("says what ends, what is held up, what waits and what goes on, by name", () => {
  const { leaving, terminals, bottles, jobs, proposals } = cellar();
  terminals.set("build", terminal("build", { heldCellId: "abcd12345678", owner: { workspaceId: "ws-00000001" } }));
  terminals.set("gone", terminal("gone", { state: "succeeded" }));
  bottles.set("fix it", bottle("fix it"));
  bottles.set("old", bottle("old", { state: "ended" }));
  jobs.push({ title: "web", endedAt: null } as Job, { title: "done", endedAt: "2026" } as Job);
  proposals.push({ programName: "Claude Code", label: "fix it", state: "pending" } as Proposal);
  proposals.push({ programName: "Codex", label: "fix it", state: "approved" } as Proposal);
  const facts = leaving.facts();
  expect(isWorthSaying(facts)).toBe(true);
  expect(leavingWords(facts).split("\n\n")).toEqual([
    "Ends: 1 job of Cellar (web).",
    "Held up: 1 bottle (fix it). What runs inside goes on, but gets no further than its bottle until Cellar is back.",
    "Wait for your answer: Claude Code in fix it. They keep waiting.",
    "Go on, and you are not told when they end: cells in api · build.",
    "Goes on: 1 terminal (api · build).",
  ]);
  expect(endingWords(facts).split("\n\n")).toEqual(["1 bottle: fix it", "1 terminal: api · build", "1 job: web"]);
});

test("names no more than can be read", () => {
  const { leaving, terminals } = cellar();
  for (let n = 1; n <= 20; n++) terminals.set(`t${n}`, terminal(`t${n}`));
  expect(endingWords(leaving.facts())).toMatch(/^20 terminals: t1, t2, .* and 8 more$/);
});

test("ending everything ends bottles and terminals, by force only what does not end by itself", async () => {
  const { leaving, terminals, bottles, asked, listeners } = cellar({ stubborn: ["b"] });
  for (const id of ["a", "b"]) terminals.set(id, terminal(id));
  terminals.set("inside", terminal("inside", { owner: { bottleId: "bottle" } }));
  bottles.set("bottle", bottle("bottle"));
  expect(await leaving.endEverything()).toEqual([]);
  expect(asked).toEqual(["end a", "end b", "force b"]);
  expect([...terminals.values()].every(({ state }) => state === "cancelled")).toBe(true);
  expect(listeners.size).toBe(0);
});

test("says what has not ended", async () => {
  const { leaving, terminals } = cellar({ immortal: ["b"] });
  for (const id of ["a", "b"]) terminals.set(id, terminal(id));
  expect(await leaving.endEverything()).toEqual(["b"]);
});
