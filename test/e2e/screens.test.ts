/** Every main screen in both themes and at two sizes: nothing for axe to find, and a picture to look at in test-results/screenshots. */

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EventLog } from "#main/git-gate/event-log.ts";
import { openCellarStore } from "#main/store/index.ts";
import { cellarPaths } from "#node/paths.ts";
import { World } from "#test/gateway-world.ts";
import { call, first } from "#test/product/call.ts";
import { TestClient } from "#test/product/mcp.ts";
import { Product } from "#test/product/product.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";
import { Window } from "./window.ts";

const pictures = resolve(import.meta.dirname, "../../test-results/screenshots");
const sources = new TemporaryFolder("sources");
let product: Product;

/** A small repository with a history and a change of every kind. */
function makeRepository(path: string): void {
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], { cwd: path });
  mkdirSync(path);
  git("init", "--quiet", "--initial-branch=main");
  writeFileSync(
    join(path, "server.ts"),
    Array.from({ length: 40 }, (_, n) => `export const route${n} = "/v1/${n}";\n`).join(""),
  );
  writeFileSync(join(path, "README.md"), "# api\n\nServes things.\n");
  git("add", ".");
  git("commit", "--quiet", "-m", "Serve things");
}

/** What a person would have in front of them: two workspaces, an agent-like terminal, cells that ended well, badly, and not at all. */
async function work(): Promise<void> {
  for (const name of ["api", "web"]) makeRepository(sources.in(name));
  const ids: Record<string, string> = {};
  for (const name of ["api", "web"]) {
    const { id, path } = await readyWorkspace(product, sources.in(name), name, "worktree");
    ids[name] = id;
    writeFileSync(join(path, "README.md"), "# api\n\nServes things, quickly.\n\n## Start\n\n`npm start`\n");
    writeFileSync(join(path, "limits.ts"), "export const perMinute = 600;\n");
  }
  writeFileSync(product.folder.in(".bashrc"), "PS1='\\[\\e[34m\\]\\W\\[\\e[0m\\] $ '\n");
  const bash = { argv: ["bash", "-i"] };
  const tests = await call(product, "terminals.create", {
    ...bash,
    name: "tests",
    owner: { workspaceId: ids["api"]! },
  });
  const held = await call(product, "terminals.create", { ...bash, name: "held", owner: { workspaceId: ids["web"]! } });
  await call(product, "terminals.create", {
    command: "echo building; exit 3",
    name: "build",
    owner: { workspaceId: ids["web"]! },
  });
  const run = (code: string) => call(product, "cells.run", { terminalId: tests.id, code });
  await run("git log --oneline; ls --color=always");
  await run("echo '2 of 3 tests failed'; (exit 1)");
  await using agent = await TestClient.connect(product, { via: "http", protocol: "auto" });
  await agent.result("pty_list");
  await agent.result("terminal_screen", { terminal_id: tests.id });
  await agent.error("pty_capture", { terminal_id: "term-00000000" });
  await call(product, "cells.run", { terminalId: held.id, code: "sleep 1000", limitSeconds: 1 });
  if (withoutBottles) return;
  const plan = await call(product, "bottles.prepare", {
    workspaceId: ids["api"]!,
    programId: "shell",
    label: "in a box",
  });
  await call(product, "bottles.launch", { planId: plan.id });
}

const vaultPassphrase = "four words of a phrase";

/** What a bottle did before Cellar was started again: decided by a real gateway in the same home. */
async function gatewayHistory(): Promise<void> {
  const world = new World(product.folder);
  world.start();
  await world.openBottle([{ host: "packages.example" }, { host: "api.example.org", ports: [80], paths: ["/v1"] }]);
  const ask = (url: string) =>
    world.raw(`GET ${url} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`);
  for (const url of ["http://mirror.example/simple/", "http://api.example.org/admin", "http://telemetry.example/v1"])
    await ask(url);
  for (const target of ["downloads.example:443", "169.254.169.254:80"]) await world.tunnel(target).catch(() => {});
  world.allow("files.example.org", 443);
  world.allow("telemetry.example", 443, { effect: "deny" });
  world.stop();
}

/** Pushes of a bottle before Cellar was started again: one of each kind that a person can answer, and some that are over. */
function gitGateHistory(): void {
  const paths = cellarPaths(product.environment);
  const store = openCellarStore(paths);
  const log = new EventLog(store.database);
  const of = { bottleId: "bottle-0000000000aa", workspaceId: "ws-000000aa", repository: "api" };
  const branch = (name: string) => [
    { ref: `refs/heads/${name}`, action: "create" as const, old: null, new: "5e1f0c2a".repeat(5) },
  ];
  log.add({ ...of, kind: "fetch", outcome: "passed", reason: "passed", count: 4 });
  log.add({ ...of, kind: "push", outcome: "passed", reason: "passed", updates: branch("agent/limits") });
  const names = "refs/heads/main: not a branch that may be pushed (agent/**, cellar/**)";
  log.add({ ...of, kind: "push", outcome: "refused", reason: "not_allowed", detail: names });
  log.add({
    ...of,
    kind: "push",
    outcome: "pending",
    reason: "asks",
    updates: branch("agent/retries"),
    commits: [{ id: "5e1f0c2a".repeat(5), subject: "Retry what the network has dropped" }],
    files: [
      { path: "src/retry.ts", added: 64, removed: 3 },
      { path: "docs/retries.png", added: null, removed: null },
    ],
    canApprove: true,
  });
  log.add({
    ...of,
    kind: "push",
    outcome: "refused",
    reason: "detected",
    detail: "test/fixtures/keys.ts holds what looks like a GitHub token.",
    updates: branch("agent/fixtures"),
    canApprove: true,
  });
  store.close();
}

const screens: { name: string; open: (window: Window) => Promise<void> }[] = [
  {
    name: "terminal",
    open: async (window) => {
      await window.page.getByRole("treeitem", { name: /tests/ }).click();
      await window.terminalInFront();
      await window.page.getByText("exit 1").first().waitFor();
    },
  },
  {
    name: "held-cell",
    open: async (window) => {
      await window.page.getByRole("treeitem", { name: /held/ }).click();
      await window.page.getByRole("button", { name: "Interrupt" }).first().waitFor();
    },
  },
  {
    name: "ended-terminal",
    open: async (window) => {
      await window.page.getByRole("treeitem", { name: /build/ }).click();
      await window.page.getByRole("button", { name: "Restart" }).first().waitFor();
    },
  },
  {
    name: "workspace",
    open: async (window) => {
      await window.page.getByRole("treeitem", { name: /^api/ }).dblclick();
      await window.page.getByText("limits.ts").first().click();
      await window.page.getByText("perMinute").first().waitFor();
    },
  },
  {
    name: "new-workspace",
    open: async (window) => {
      await window.button("New workspace").click();
      await window.page.getByRole("combobox", { name: "Folder or git URL" }).fill(sources.in("api"));
      await window.button(/^Create/).waitFor();
    },
  },
  {
    name: "launch",
    open: async (window) => {
      await window.page.getByRole("treeitem", { name: /^api/ }).click({ button: "right" });
      await window.page.getByRole("menuitem", { name: /^Launch/ }).click();
      await window.page.getByRole("heading", { name: /^Launch/ }).waitFor();
    },
  },
  {
    name: "launch-summary",
    open: async (window) => {
      await window.page.getByRole("radio", { name: /Shell/ }).check();
      await window.page.getByRole("radio", { name: /In a bottle \(bubblewrap\)/ }).check();
      await window.button(/^Review and launch/).click();
      await window.page.getByText("Not enforced on this computer").waitFor();
    },
  },
  {
    name: "bottle",
    open: async (window) => {
      await window.button("Back").click();
      await window.page
        .getByRole("region", { name: "Bottles" })
        .getByRole("button", { name: /in a box/ })
        .click();
      await window.page.getByText("probed from inside").waitFor();
    },
  },
  {
    name: "running",
    open: async (window) => {
      await window.page.getByRole("button", { name: /^\d+ running$/ }).click();
      await window.page.getByRole("option", { name: /held/ }).waitFor();
    },
  },
  {
    name: "vault-set-up",
    open: async (window) => {
      await call(product, "vault.startOver", { confirm: "start over" });
      await window.button(/^Vault not set up/).click();
      await window.page.getByLabel("New passphrase").fill("blue horse");
      await window.page.getByText(/^Weak/).waitFor();
      await window.page.getByLabel("New passphrase").fill("");
    },
  },
  {
    name: "vault",
    open: async (window) => {
      await call(product, "vault.setUp", { passphrase: vaultPassphrase });
      for (const handle of ["anthropic", "openai"]) {
        await call(product, "vault.set", { handle, value: `sk-${handle}` });
      }
      const github = { name: "github", kind: "token", host: "github.com", userName: "x-access-token" } as const;
      await call(product, "vault.saveGitCredential", { ...github, scope: "acme/*", secret: "ghp_example" });
      await window.page.getByRole("row", { name: /^github/ }).waitFor();
      await window.button("Add a secret").click();
      await window.page.getByLabel("Handle").fill("Not A Handle");
      await window.page.getByLabel("Value").focus();
      await window.page.getByText(/^invalid handle/).waitFor();
    },
  },
  {
    name: "vault-rotate",
    open: async (window) => {
      await window.page.keyboard.press("Escape");
      await window.button("Rotate openai").click();
      await window.page.getByLabel("New value").waitFor();
    },
  },
  {
    name: "vault-import",
    open: async (window) => {
      await window.page.keyboard.press("Escape");
      await window.button("Import…").click();
      await window.page.getByLabel("Or paste its text").fill("OPENAI=sk-other\nMISTRAL_API_KEY=sk-mistral\nEMPTY=\n");
      await window.button("Read it").click();
      await window.page.getByRole("table", { name: "What was read" }).waitFor();
    },
  },
  {
    name: "vault-git",
    open: async (window) => {
      await window.button("Cancel").click();
      await window.button("Add a git credential").click();
      await window.page.getByLabel("Scope").waitFor();
      await window.button("Change the passphrase…").click();
      await window.page.getByLabel("Current passphrase").waitFor();
    },
  },
  {
    name: "vault-locked",
    open: async (window) => {
      await window.button("Lock now").click();
      await window.page.getByLabel("Passphrase", { exact: true }).waitFor();
    },
  },
  {
    name: "vault-start-over",
    open: async (window) => {
      await window.button("Forgotten the passphrase…").click();
      await window.page.getByLabel("I cannot open it any more").waitFor();
    },
  },
  {
    name: "gateway",
    open: async (window) => {
      await window.runFromPalette("what bottles reach");
      await window.page.getByRole("listitem").filter({ hasText: "downloads.example" }).first().waitFor();
    },
  },
  {
    name: "gateway-rule",
    open: async (window) => {
      await window.page.getByRole("button", { name: "Rules", exact: true }).click();
      await window.page.getByRole("list", { name: "Rules" }).getByText("files.example.org").waitFor();
      await window.button("Add a rule").click();
      await window.page.getByText("Only some requests, or other than the web").click();
      await window.page.getByRole("textbox", { name: "Host" }).fill("https://a.example");
      await window.page.keyboard.press("Enter");
      await window.page.getByText("without a scheme").waitFor();
    },
  },
  {
    name: "git-gate",
    open: async (window) => {
      await window.runFromPalette("what bottles push and");
      await window.page.getByText("1 commit, 2 files").click();
      await window.page.getByText("Retry what the network").waitFor();
    },
  },
  {
    name: "settings",
    open: async (window) => {
      await window.button("Settings").click();
      await window.page.getByRole("combobox", { name: "Theme" }).waitFor();
    },
  },
  {
    name: "mcp",
    open: async (window) => {
      await window.page.getByRole("textbox", { name: "Search settings" }).fill("mcp");
      await window.page.getByText("pty_list").first().waitFor();
    },
  },
  {
    name: "palette",
    open: async (window) => {
      await window.page.keyboard.press("Control+k");
      await window.page.getByRole("option").first().waitFor();
    },
  },
  {
    name: "notifications",
    open: async (window) => {
      await window.page.keyboard.press("Escape");
      await window.page.getByRole("dialog").waitFor({ state: "detached" });
      await window.button(/^Notifications/).click();
      await window.page.getByRole("dialog", { name: "Notifications" }).getByText("held").first().waitFor();
    },
  },
];

const withoutBottles = missing("bwrap");

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  product = new Product();
  await gatewayHistory();
  gitGateHistory();
  await product.start();
  await work();
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  sources[Symbol.dispose]();
});

async function faults(window: Window): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: window.page }).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
  );
}

/** Each theme and each size once: a theme changes colours only, a size only where things are. */
describe.each([
  { theme: "dark", width: 1440, height: 900 },
  { theme: "light", width: 1024, height: 700 },
] as const)("$theme at $width × $height", ({ theme, width, height }) => {
  test("every screen is there, readable by a screen reader, and quiet on the console", async () => {
    await using window = await Window.open(product.url, { theme, width, height });
    const take = (name: string) =>
      window.page.screenshot({
        path: join(pictures, `${name}-${theme}-${width}x${height}.png`),
        animations: "disabled",
      });
    const found: Record<string, string[]> = {};
    if ((await first(product, "settings.watch", {})).settings.firstRunDone === false) {
      await window.page.getByRole("dialog").waitFor();
      await take("first-run");
      found["first-run"] = await faults(window);
      await window.skipFirstRun();
    }
    for (const { name, open } of screens) {
      if (withoutBottles && ["launch-summary", "bottle"].includes(name)) continue;
      await open(window);
      await take(name);
      found[name] = await faults(window);
    }
    expect(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))).toEqual({});
    expect(window.errors).toEqual([]);
    if (theme === "dark" && width === 1440)
      copyFileSync(join(pictures, "terminal-dark-1440x900.png"), join(pictures, "readme.png"));
  });
});
