/** The main job as a person does it, in either face: drop a repository, work in terminals, submit cells, be told, survive a crash, clean up. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Terminal } from "#shared/contract/terminals.ts";
import { labelIn } from "#shared/terminals/label.ts";
import { call, first, type Running } from "#test/product/call.ts";
import { eventually, isAlive, processesMarked } from "#test/product/processes.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import type { Window } from "./window.ts";

const root = resolve(import.meta.dirname, "../..");

/** Cellar as a person has it in front of them. */
export interface Face extends Running, AsyncDisposable {
  readonly name: "browser" | "desktop";
  readonly home: string;
  /** Starts it, and opens its window. */
  open(): Promise<Window>;
  /** Main ends as by a crash and is started again; the window that the person then has. */
  crash(window: Window): Promise<Window>;
  /** What a file manager does with a folder of this computer. */
  dropFolder(window: Window, path: string): Promise<void>;
}

export function mainJob(start: () => Promise<Face>): void {
  const sources = new TemporaryFolder("sources");
  /** This project's own repository, in a clone, so that the one that is being worked on is left alone. */
  const repository = sources.in("project");
  let product: Face;
  let window: Window;
  let workspacePath: string;
  let terminals: Terminal[];

  function git(...args: string[]): string {
    return execFileSync("git", args, { cwd: repository, encoding: "utf8" }).trim();
  }

  /** Under its workspace it goes without the workspace's name. */
  const inProject = ({ name, id }: Terminal) => labelIn(name ?? id, "project");

  async function workspaceNamed(name: string) {
    const list = await first(product, "workspaces.watch", {});
    return list.type === "all" ? list.items.find((workspace) => workspace.name === name) : undefined;
  }

  /** What a terminal shows, read from the window's own accessible rows would need a screen reader; the host's screen says the same. */
  async function screenOf(id: string): Promise<string> {
    return (await call(product, "terminals.screen", { id })).lines.join("\n");
  }

  beforeAll(async () => {
    execFileSync("git", ["clone", "--quiet", "--no-hardlinks", root, repository]);
    product = await start();
    window = await product.open();
  });
  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    sources[Symbol.dispose]();
  });

  describe("the main job", () => {
    test("a dropped repository becomes a worktree workspace with a running shell: drop, Enter", async () => {
      await window.skipFirstRun();
      await product.dropFolder(window, repository);
      await window.page.getByRole("heading", { name: "New workspace" }).waitFor();
      await window.page.keyboard.press("Enter");
      await window.terminalInFront();

      const workspace = (await workspaceNamed("project"))!;
      expect(workspace).toMatchObject({ state: "ready", mode: "worktree", branch: "cellar/project" });
      workspacePath = workspace.path;
      expect(existsSync(resolve(workspacePath, "package.json"))).toBe(true);
      expect(git("worktree", "list")).toContain(workspacePath);
      terminals = await call(product, "terminals.list", { workspaceId: workspace.id });
      expect(terminals.map(({ state, cwd }) => ({ state, cwd }))).toEqual([{ state: "running", cwd: workspacePath }]);
    });

    test("what is typed runs in the workspace", async () => {
      await window.typeLine("pwd; git branch --show-current");
      await eventually(
        () => screenOf(terminals[0]!.id),
        (screen) => screen.includes("cellar/project"),
      );
    });

    test("a cell is submitted in the inspector and shows its exit code and output", async () => {
      const inspector = window.page.getByRole("complementary", { name: "Inspector" });
      const code = inspector.getByRole("textbox", { name: /code/i }).first();
      await code.fill("echo $((5 + 6)) lines; (exit $((3 + 4)))");
      await code.press("Enter");
      await inspector.getByText("exit 7").waitFor();
      await inspector.getByText("11 lines").waitFor();
    });

    test("python3 runs beside it, and a cell fired in it is told of while another panel is in front", async () => {
      await window.button("New shell here").click();
      const both = await eventually(
        () => call(product, "terminals.list", {}),
        (list) => list.length === 2 && list.every(({ state }) => state === "running"),
      );
      terminals = both.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
      const [shell, python] = terminals as [Terminal, Terminal];
      expect(python.cwd).toBe(workspacePath);
      await window.typeLine("python3 -i -q");
      await eventually(
        () => screenOf(python.id),
        (screen) => screen.includes(">>>"),
      );
      const inspector = window.page.getByRole("complementary", { name: "Inspector" });
      const code = inspector.getByRole("textbox", { name: /code/i }).first();
      await code.fill("import time; time.sleep(2); print('never' + 'told')");
      await code.press("Shift+Enter");
      await eventually(
        () => call(product, "terminals.get", { id: python.id }),
        ({ heldCellId }) => heldCellId !== null,
      );
      await window.page
        .getByRole("treeitem", { name: inProject(shell) })
        .first()
        .click();

      const ofPython = async () => {
        const list = await first(product, "notifications.watch", {});
        return list.type === "all" ? list.items.filter(({ terminalId }) => terminalId === python.id) : [];
      };
      const told = await eventually(ofPython, (notifications) => notifications.length > 0);
      expect(told).toMatchObject([{ kind: "cell-done", seenAt: null }]);
      expect(JSON.stringify(told)).not.toContain("nevertold");

      await window.button(/^Notifications/).click();
      await window.page
        .getByRole("dialog", { name: "Notifications" })
        .getByText(/finished/)
        .first()
        .click();
      await inspector.getByText("nevertold").first().waitFor();
    });

    test("after main was killed the terminals are there with the same processes and screens", async () => {
      const before = await Promise.all(terminals.map(({ id }) => screenOf(id)));
      window = await product.crash(window);
      for (const { pid } of terminals) expect(isAlive(pid!)).toBe(true);
      const after = await call(product, "terminals.list", {});
      expect(after.map(({ id, pid, state }) => ({ id, pid, state })).sort(byId)).toEqual(
        terminals.map(({ id, pid }) => ({ id, pid, state: "running" as const })).sort(byId),
      );
      expect(await Promise.all(terminals.map(({ id }) => screenOf(id)))).toEqual(before);
      await window.terminalInFront();
      await window.page
        .getByRole("treeitem", { name: inProject(terminals[0]!) })
        .first()
        .click();
      await window.typeLine("echo still-$((40 + 2))");
      await eventually(
        () => screenOf(terminals[0]!.id),
        (screen) => screen.includes("still-42"),
      );
    });

    test("another folder is dropped and becomes a workspace of the same files", async () => {
      const folder = sources.in("dropped");
      execFileSync("git", ["clone", "--quiet", repository, folder]);
      await product.dropFolder(window, folder);
      await window.page.getByRole("heading", { name: "New workspace" }).waitFor();
      await window.page.keyboard.press("Enter");
      const workspace = await eventually(
        () => workspaceNamed("dropped"),
        (found) => found?.state === "ready",
        120_000,
      );
      const tracked = git("ls-files").split("\n");
      const missing = tracked.filter((file) => !existsSync(resolve(workspace!.path, file)));
      expect(missing).toEqual([]);
    });

    test("deleting the workspace names what it ends, and leaves no process, worktree, branch or file", async () => {
      const workspace = (await workspaceNamed("project"))!;
      await window.page.getByRole("treeitem", { name: /^project/ }).click({ button: "right" });
      await window.page.getByRole("menuitem", { name: /^Delete/ }).click();
      const form = window.page.getByRole("region", { name: "Delete project" });
      await form.getByText("Ends 2 running terminals").waitFor();
      await form.getByRole("button", { name: "Delete project" }).click();
      await eventually(
        () => workspaceNamed("project"),
        (found) => found === undefined,
      );
      for (const { pid, id } of terminals) {
        expect(isAlive(pid!)).toBe(false);
        expect(processesMarked(`CELLAR_TERMINAL_ID=${id}`)).toEqual([]);
      }
      expect(existsSync(workspace.path)).toBe(false);
      expect(readdirSync(resolve(product.home, "workspaces"))).not.toContain(basename(workspace.path));
      expect(git("worktree", "list").split("\n")).toHaveLength(1);
      expect(git("branch", "--list", "cellar/*")).toBe("");
    });

    test("the window's console has stayed free of errors", () => {
      expect(window.errors).toEqual([]);
    });
  });
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id.localeCompare(b.id);
}
