/** The commands on a running Cellar, as scripts call them: what they do, print and exit with. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cell } from "#shared/contract/cells.ts";
import { cell, cellWithOutput } from "#shared/contract/cells.ts";
import { launch } from "#shared/contract/launches.ts";
import { agentProgram } from "#shared/contract/programs.ts";
import { capture, screen, type Terminal, terminal } from "#shared/contract/terminals.ts";
import { type Workspace, workspace, workspaceDetails } from "#shared/contract/workspaces.ts";
import { call, first } from "#test/product/call.ts";
import { cellar, json } from "#test/product/command.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";

let product: Product;
beforeAll(async () => {
  product = new Product();
  writeFileSync(product.folder.in(".gitconfig"), "[user]\n\tname = Ada\n\temail = ada@example.org\n");
  await product.start();
});
afterAll(() => product[Symbol.asyncDispose]());

function problemOf(err: string): { code: string; message: string; hint?: string } {
  return JSON.parse(err.trim().split("\n").at(-1) ?? "") as { code: string; message: string };
}

async function newTerminal(...args: string[]): Promise<Terminal> {
  return terminal.parse(await json(product, ["terminal", "new", ...args]));
}

function repository(name: string): string {
  const path = product.folder.in(name);
  mkdirSync(path, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", path, ...args], { env: product.environment, stdio: "ignore" });
  git("init", "-q", "-b", "main");
  writeFileSync(join(path, "README.md"), "hello\n");
  git("add", "-A");
  git("commit", "-qm", "First");
  return path;
}

describe("terminals", () => {
  test("are started where the person stands, with a program passed on unread, an environment and a name", async () => {
    const made = await newTerminal(
      "--name",
      "args",
      "-e",
      "GREETING=a b",
      "--",
      "sh",
      "-c",
      'echo "$GREETING $1" && cat',
      "-",
      "--json",
    );
    expect(made).toMatchObject({
      name: "args",
      cwd: product.folder.path,
      argv: ["sh", "-c", 'echo "$GREETING $1" && cat', "-", "--json"],
    });
    await eventually(
      async () => (await cellar(product, ["terminal", "screen", "args"])).out,
      (out) => out === "a b --json\n",
    );
    const plain = await cellar(product, ["terminal", "new", "--", "true"]);
    expect(plain.out).toMatch(/^term-[0-9a-f]{8}\n$/);
  });

  test("run code as cells, with output, exit code and record", async () => {
    await newTerminal("--name", "cells");
    await eventually(
      () => json<Terminal[]>(product, ["terminal", "ls"]),
      (all) => all.some(({ name, integrated }) => name === "cells" && integrated),
    );
    expect(await cellar(product, ["terminal", "run", "cells", "echo one; echo two"])).toEqual({
      code: 0,
      out: "one\ntwo\n",
      err: "",
    });
    expect(await cellar(product, ["terminal", "run", "cells", "false"])).toMatchObject({ code: 1, err: "" });
    expect(await cellar(product, ["terminal", "run", "-x", "cells", "sh -c 'exit 42'"])).toMatchObject({ code: 42 });
    expect(
      await cellar(product, ["terminal", "run", "cells", "-"], { input: "echo 'a \"quoted\" $HOME' | wc -w\n" }),
    ).toMatchObject({
      code: 0,
      out: "3\n",
    });
    const ran = cellWithOutput.parse(await json(product, ["terminal", "run", "cells", "echo json"]));
    expect(ran).toMatchObject({ output: "json", cell: { state: "done", exitCode: 0 } });

    const late = await cellar(product, ["terminal", "run", "cells", "--limit", "1", "sleep 60"]);
    expect(late).toMatchObject({ code: 1 });
    expect(problemOf(late.err)).toMatchObject({
      code: "failed",
      message: expect.stringContaining("Still running past 1 s"),
    });
    expect(problemOf((await cellar(product, ["terminal", "run", "cells", "echo"])).err)).toMatchObject({
      code: "conflict",
    });
    const interrupted = cell.parse(await json(product, ["terminal", "interrupt", "cells"]));
    expect(interrupted).toMatchObject({ state: "error", error: "interrupted" });

    const fired = await cellar(product, ["terminal", "fire", "cells", "echo fired"]);
    const id = fired.out.trim();
    await eventually(
      () => json<{ cell: Cell }>(product, ["terminal", "output", id]),
      (said) => said.cell.state === "done",
    );
    expect(await cellar(product, ["terminal", "output", id])).toMatchObject({ code: 0, out: "fired\n" });
    const all = await json<Cell[]>(product, ["terminal", "cells", "cells"]);
    expect(all.map((each) => cell.parse(each).state)).toEqual([
      "done",
      "done",
      "done",
      "done",
      "done",
      "error",
      "done",
    ]);
    const table = (await cellar(product, ["terminal", "cells", "cells"])).out.split("\n");
    expect(table[0]).toMatch(/^STATE +TIME +TOOK +CODE +ID$/);
    expect(table[1]).toMatch(/^✓ Done .*echo one; echo two/);
    expect(table[2]).toMatch(/^✕ Failed: exit 1/);
    expect(table[6]).toMatch(/^⊘ Interrupted/);
  });

  test("are typed into, looked at and searched", async () => {
    await newTerminal("--name", "typed", "--", "cat");
    await cellar(product, ["terminal", "send", "typed", "first", "line"]);
    await cellar(product, ["terminal", "send", "typed", "-", "--raw", "--key", "Enter"], { input: "zweite Zeile é" });
    await eventually(
      async () => (await cellar(product, ["terminal", "screen", "typed"])).out,
      (out) => out === "first line\nfirst line\nzweite Zeile é\nzweite Zeile é\n",
    );
    screen.parse(await json(product, ["terminal", "screen", "typed"]));
    const captured = capture.parse(await json(product, ["terminal", "capture", "typed", "-n", "2"]));
    expect(captured.text).toContain("zweite Zeile é");
    expect(captured.text).not.toContain("first");
    expect((await cellar(product, ["terminal", "capture", "typed", "-n", "1", "--head"])).out).toBe("first line\n");
    const hits = await json<{ text: string }[]>(product, ["terminal", "search", "-E", "zw.ite"]);
    expect(hits.length).toBeGreaterThanOrEqual(2);
    expect((await cellar(product, ["terminal", "search", "zweite"])).out).toMatch(/^typed:\d+: zweite Zeile é$/m);
    expect(await cellar(product, ["terminal", "search", "nowhere to be found"])).toEqual({ code: 3, out: "", err: "" });
    await cellar(product, ["terminal", "send", "typed", "--key", "C-d"]);
    await eventually(
      () => json<Terminal[]>(product, ["terminal", "ls", "--all"]),
      (all) => all.some(({ name, state }) => name === "typed" && state === "succeeded"),
    );
  });

  test("are renamed, killed, restarted and removed", async () => {
    const made = await newTerminal("--name", "old", "--", "sleep", "600");
    await cellar(product, ["terminal", "rename", "old", "new"]);
    expect(await json(product, ["terminal", "kill", made.id, "--force"])).toMatchObject({ id: made.id, name: "new" });
    await eventually(
      () => json<Terminal[]>(product, ["terminal", "ls", "--all"]),
      (all) => all.some(({ id, state }) => id === made.id && state === "cancelled"),
    );
    expect(await cellar(product, ["terminal", "send", "new", "x"])).toMatchObject({ code: 4 });
    const again = terminal.parse(await json(product, ["terminal", "restart", "new"]));
    expect(again).toMatchObject({ restartedFrom: made.id, argv: ["sleep", "600"] });
    expect(problemOf((await cellar(product, ["terminal", "remove", again.id, "--yes"])).err)).toMatchObject({
      code: "conflict",
    });
    const unasked = await cellar(product, ["--non-interactive", "terminal", "remove", made.id]);
    expect(problemOf(unasked.err).message).toBe("confirmation (--yes) is required in non-interactive mode");
    const declined = await cellar(product, ["terminal", "remove", made.id], { input: "n\n" });
    expect(declined.code).toBe(7);
    const agreed = await cellar(product, ["terminal", "remove", made.id], { input: "y\n" });
    expect(agreed).toMatchObject({
      code: 0,
      out: `Remove terminal 'new' (${made.id}) with its output and cells? [y/N] `,
    });
    expect(problemOf((await cellar(product, ["terminal", "screen", made.id])).err)).toMatchObject({
      code: "not_found",
    });
    await cellar(product, ["terminal", "kill", again.id, "-f"]);
  });

  test("are told apart by name, label and id, or named as missing", async () => {
    const one = await newTerminal("--", "sleep", "601");
    const two = await newTerminal("--", "sleep", "601");
    const both = problemOf((await cellar(product, ["terminal", "screen", "sleep"])).err);
    expect(both).toMatchObject({ code: "conflict", message: "2 terminals are called 'sleep'" });
    expect(both.hint).toContain(one.id);
    await cellar(product, ["terminal", "kill", "-f", one.id]);
    await eventually(
      async () => (await cellar(product, ["terminal", "screen", "sleep"])).code,
      (code) => code === 0,
    );
    await newTerminal("--name", "development", "--", "sleep", "602");
    expect(problemOf((await cellar(product, ["terminal", "screen", "devlopment"])).err)).toEqual({
      code: "not_found",
      message: "there is no terminal 'devlopment'",
      hint: "Did you mean development?",
    });
    for (const id of [two.id, "development"]) await cellar(product, ["terminal", "kill", "-f", id]);
  });
});

describe("ls", () => {
  test("lists all workspaces' terminals, what needs the person first, with the words of the window", async () => {
    const folder = product.folder.in("listed");
    mkdirSync(folder);
    const made = await json<Workspace>(product, ["workspace", "create", folder, "--mode", "in-place"]);
    const quiet = await newTerminal("--name", "quiet", "-w", "listed", "--", "sleep", "603");
    const asking = await newTerminal("--name", "asking", "--", "sleep", "604");
    expect(quiet.owner.workspaceId).toBe(made.id);
    expect(await cellar(product, ["notify", "-t", "asking", "Look", "here"])).toEqual({ code: 0, out: "", err: "" });
    const listed = await eventually(
      () =>
        json<{ terminals: { label: string; needsYou: boolean; workspace: Workspace | null; terminal: Terminal }[] }>(
          product,
          ["ls"],
        ),
      ({ terminals }) => terminals[0]?.needsYou === true,
    );
    const labels = listed.terminals.map(({ label }) => label);
    expect(labels[0]).toBe("asking");
    expect(labels).toContain("quiet");
    const entry = listed.terminals.find(({ label }) => label === "quiet")!;
    expect(workspace.parse(entry.workspace).name).toBe("listed");
    terminal.parse(entry.terminal);
    const lines = (await cellar(product, ["ls"])).out.split("\n");
    expect(lines[0]).toMatch(/^STATE +TERMINAL +WORKSPACE +TIME +LAST LINE +ID$/);
    expect(lines[1]).toMatch(new RegExp(`^◐ .*asking .*${asking.id}$`));
    expect(lines.find((line) => line.includes("quiet"))).toMatch(/^● Running +quiet +listed +0:\d\d/);
    const only = await json<Terminal[]>(product, ["terminal", "ls", "-w", "listed"]);
    expect(only.map(({ id }) => id)).toEqual([quiet.id]);
    for (const id of [quiet.id, asking.id]) await cellar(product, ["terminal", "kill", "-f", id]);
  });
});

describe("notify", () => {
  test("from within a terminal is that terminal's, with who says it", async () => {
    const made = await newTerminal("--name", "telling", "--", "sleep", "605");
    const env = { CELLAR_TERMINAL_ID: made.id };
    expect(await json(product, ["notify", "--from", "tests", "-"], { env, input: "Tests are green\n" })).toEqual({
      terminalId: made.id,
    });
    const notes = await eventually(
      () => first(product, "notifications.watch", {}),
      (event) => event.type === "all" && event.items.some(({ terminalId }) => terminalId === made.id),
    );
    expect(JSON.stringify(notes)).toContain("Tests are green");
    const missing = await cellar(product, ["notify", "--non-interactive"], { env });
    expect(problemOf(missing.err)).toMatchObject({
      code: "invalid_input",
      message: "message is required in non-interactive mode",
    });
    await cellar(product, ["terminal", "kill", "-f", "telling"]);
  });
});

describe("workspaces", () => {
  test("are made from a repository with steps told, shown, and deleted by a plan that names what is lost", async () => {
    const path = repository("src/api");
    const made = await cellar(product, ["workspace", "create", "src/api", "--branch", "work/api"]);
    expect(made).toMatchObject({ code: 0, err: "" });
    expect(made.out).toMatch(
      /^ {2}Making workspace 'api'\.\.\.\n( {2}Making workspace 'api'\.\.\. .+\n)+ {2}Making workspace 'api' done \(\d+s\)\n\/.*\/workspaces\/api\n$/,
    );
    const [listed] = (await json<Workspace[]>(product, ["workspace", "ls"])).filter(({ name }) => name === "api");
    expect(workspace.parse(listed)).toMatchObject({ mode: "worktree", branch: "work/api", source: { location: path } });
    const second = await json<Workspace>(product, ["workspace", "create", path, "--mode", "copy"]);
    expect(second).toMatchObject({ name: "api-2", mode: "copy" });

    writeFileSync(join(listed!.path, "new.txt"), "1\n2\n");
    writeFileSync(join(listed!.path, "README.md"), "hello you\n");
    const here = { cwd: listed!.path };
    const shown = await cellar(product, ["workspace", "show"], here);
    expect(shown.out).toMatch(/^Using workspace 'api'\nName +api \(ws-/);
    expect(shown.out).toMatch(/Changed +2 files/);
    const details = await json<{ details: unknown }>(product, ["workspace", "show", "api"]);
    workspaceDetails.parse(details.details);
    const changes = (await cellar(product, ["workspace", "changes", "api"])).out;
    expect(changes).toMatch(/^CHANGE +\+ +- +FILE$/m);
    expect(changes).toMatch(/^modified +1 +1 +README\.md$/m);
    expect(changes).toMatch(/^(untracked|added) +2 +0 +new\.txt$/m);
    expect((await cellar(product, ["workspace", "changes", "api", "--file", "README.md"])).out).toContain("+hello you");
    expect(await json(product, ["workspace", "rename", "api", "api-work"])).toMatchObject({ name: "api-work" });

    await newTerminal("--name", "inside", "-w", "api-work", "--", "sleep", "606");
    const declined = await cellar(product, ["workspace", "delete", "api-work"], { input: "\n" });
    expect(declined.code).toBe(7);
    expect(declined.out).toContain("Ends terminal 'inside' (term-");
    expect(declined.out).toContain(`Removes ${listed!.path}`);
    expect(declined.out).toContain("Loses uncommitted changes in 2 files");
    expect(declined.out).toContain("Deletes branch work/api");
    expect(declined.out).toContain("Delete workspace 'api-work'? [y/N] ");
    expect(existsSync(listed!.path)).toBe(true);
    const silent = await cellar(product, ["workspace", "delete", "api-work", "--non-interactive", "--json"]);
    expect(problemOf(silent.err).message).toBe("confirmation (--yes) is required in non-interactive mode");
    expect(silent.out).toBe("");
    expect(await json(product, ["workspace", "delete", "api-work", "--yes"])).toEqual({ id: listed!.id });
    expect(existsSync(listed!.path)).toBe(false);
    await cellar(product, ["workspace", "delete", "api-2", "-y", "--keep-directory"]);
    expect(existsSync(second.path)).toBe(true);
  });

  test("that cannot be made say why, with the code of the reason", async () => {
    const cases: [string[], number, string][] = [
      [["workspace", "create", "no/such/folder"], 3, "not_found"],
      [["workspace", "create", ".", "--name", "Not A Name"], 2, "invalid_input"],
      [["workspace", "create", ".", "--mode", "sideways"], 2, "invalid_input"],
      [["workspace", "show", "nobody"], 3, "not_found"],
      [["workspace", "rename", "nobody", "x"], 3, "not_found"],
    ];
    for (const [args, code, problem] of cases) {
      const said = await cellar(product, args);
      expect([args, said.code, problemOf(said.err).code]).toEqual([args, code, problem]);
    }
  });
});

describe("launches", () => {
  test("are started in a workspace with a prompt and arguments, listed, and resumed only when they can be", async () => {
    const folder = product.folder.in("launched");
    mkdirSync(folder);
    await cellar(product, ["workspace", "create", folder, "--mode", "in-place"]);
    const programs = await json<unknown[]>(product, ["launch", "programs"]);
    expect(programs.map((each) => agentProgram.parse(each).id)).toContain("claude");
    const started = await json<{ launch: unknown; terminal: Terminal }>(
      product,
      ["launch", "shell", "--", "-c", "sleep 607"],
      { cwd: folder },
    );
    const { id, programId } = launch.parse(started.launch);
    expect(programId).toBe("shell");
    expect(started.terminal.argv?.slice(-2)).toEqual(["-c", "sleep 607"]);
    const human = await cellar(product, ["launch", "shell", "-w", "launched"]);
    expect(human.out).toMatch(
      /^Shell runs in terminal 'launched-shell.*' \(term-[0-9a-f]{8}\), on this computer with your rights\.\n$/i,
    );
    const table = (await cellar(product, ["launch", "ls"])).out;
    expect(table).toMatch(new RegExp(`● Running +Shell +launched +.*${id}`));
    expect(problemOf((await cellar(product, ["launch", "resume", id])).err)).toMatchObject({ code: "conflict" });
    expect(problemOf((await cellar(product, ["launch", "cluade", "-w", "launched"])).err)).toEqual({
      code: "not_found",
      message: "there is no agent program 'cluade'",
      hint: "Did you mean claude?",
    });
    expect(problemOf((await cellar(product, ["launch", "claude", "-w", "launched"])).err)).toMatchObject({
      code: "unavailable",
    });
  });
});

describe("open", () => {
  test("asks for the window of what was meant", async () => {
    await newTerminal("--name", "wanted", "--", "sleep", "608");
    const folder = product.folder.in("fresh");
    mkdirSync(folder);
    const cases: [string[], object | null][] = [
      [[], null],
      [["wanted"], { type: "terminal", terminalId: expect.stringMatching(/^term-/) }],
      [["launched"], { type: "workspace", workspaceId: expect.stringMatching(/^ws-/) }],
      [["./launched"], { type: "workspace", workspaceId: expect.stringMatching(/^ws-/) }],
      [["fresh"], { type: "newWorkspace", source: folder }],
      [["https://example.invalid/api.git"], { type: "newWorkspace", source: "https://example.invalid/api.git" }],
      [["./fresh", "--yes"], { type: "workspace", workspaceId: expect.stringMatching(/^ws-/) }],
    ];
    for (const [args, show] of cases) {
      expect(await json(product, ["open", ...args])).toEqual({ url: product.url, shown: false, show });
    }
    expect(problemOf((await cellar(product, ["open", "nothing-like-it"])).err)).toMatchObject({ code: "not_found" });
    await call(product, "terminals.kill", {
      id: (await json<Terminal[]>(product, ["terminal", "ls"])).find(({ name }) => name === "wanted")!.id,
      force: true,
    });
  });
});
