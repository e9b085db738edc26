/** What is known of programs outlives main, is no news when it is found again, and a repaint is no activity. */
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { call, first } from "#test/product/call.ts";
import { Launched } from "#test/product/launched.ts";
import { eventually } from "#test/product/processes.ts";

const entry = `
[my-agent.hooks]
speaks = "claude"

[[my-agent.signs.screen]]
state = "permission"
pattern = 'Shall I go on\\?'
`;

/** How many notifications are in the database. */
function written(home: string): number {
  const database = new Database(join(home, "cellar.db"), { readonly: true });
  try {
    return database.prepare("SELECT count(*) FROM notifications").pluck().get() as number;
  } finally {
    database.close();
  }
}

test("main is killed and started again: states come back as they were, also what changed meanwhile, and nobody is told", async () => {
  await using launched = await Launched.start(entry);
  const { product } = launched;
  const asking = await launched.launch();
  const done = await launched.launch();
  const meanwhile = await launched.launch();
  const bash = { tool_name: "Bash", tool_input: { command: "ls" } };
  await launched.hook(asking, "PermissionRequest", bash);
  await launched.hook(done, "UserPromptSubmit");
  await launched.hook(done, "Stop");
  await launched.hook(meanwhile, "UserPromptSubmit");
  const before = [await launched.untilState(asking, "permission"), await launched.untilState(done, "done")];
  await launched.untilState(meanwhile, "working");
  // What will happen while main is away is prepared inside the terminal: the program hears it when its turn comes.
  const notes = await eventually(
    () => launched.notifications(),
    ({ length }) => length === 2,
  );
  const hooked = () => launched.recorded().filter((event) => event.hooked === "Stop").length;
  // They are written together some moments after they were made, and this end of main is none that writes.
  await eventually(
    () => written(product.home),
    (count) => count === notes.length,
  );
  await launched.submit(meanwhile, "later Stop");
  await product.end("SIGKILL");
  await eventually(hooked, (count) => count === 2);
  await product.start();
  await launched.untilState(meanwhile, "done", "hook");
  expect([await launched.activity(asking), await launched.activity(done)]).toEqual(before);
  expect((await launched.notifications()).map(({ id }) => id)).toEqual(notes.map(({ id }) => id));
  // From then on there is news again.
  await launched.hook(meanwhile, "PermissionRequest", bash);
  await eventually(
    () => launched.notifications(),
    (all) => all.length === 3 && all.at(-1)?.terminalId === meanwhile,
  );
});

test("what a program paints because its size changed is no activity", async () => {
  await using launched = await Launched.start(entry, { AGENT_REPAINT: "Shall I go on?" });
  const id = await launched.launch();
  /** When this one's screen has settled and was looked at, every screen that was painted before it has. */
  const looked = async () => {
    const other = await launched.launch();
    await launched.print(other, "Shall I go on?");
    await launched.untilState(other, "permission", "screen");
  };
  await looked();
  await call(launched.product, "terminals.resize", { id, size: { cols: 90, rows: 30 } });
  await eventually(
    () => call(launched.product, "terminals.screen", { id }),
    ({ lines }) => lines.some((line) => line.includes("Shall I go on?")),
  );
  await looked();
  expect(await launched.activity(id)).toMatchObject({ state: "unknown", source: "none" });
  await launched.print(id, "something new");
  await launched.untilState(id, "permission", "screen");
});

test("a terminal host that dies takes its programs' states with it: unknown, not working", async () => {
  await using launched = await Launched.start(entry);
  const id = await launched.launch();
  await launched.hook(id, "UserPromptSubmit");
  await launched.untilState(id, "working");
  const { pid } = await first(launched.product, "app.watchHost", {});
  process.kill(pid!, "SIGKILL");
  await eventually(
    () => call(launched.product, "terminals.get", { id }).catch(() => null),
    (terminal) => terminal?.state === "stream_lost",
  );
  expect((await launched.activity(id))?.state ?? "unknown").toBe("unknown");
});
