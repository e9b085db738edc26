/**
 * A fresh home in either face: the first run says which agents are here and what isolation works, and a folder that is dropped on it, and Enter,
 * end in an agent that runs in a bottle. Counted are the actions of the person, not the seconds.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Bottle } from "#shared/contract/bottles.ts";
import { call, first, type Running } from "#test/product/call.ts";
import { Desktop, type DesktopApp } from "#test/product/electron.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import type { TemporaryFolder } from "#test/product/temporary.ts";
import { missing } from "#test/requirements.ts";
import { Window } from "./window.ts";

const pictures = resolve(import.meta.dirname, "../../test-results/screenshots");

type Face = Running &
  AsyncDisposable & {
    folder: TemporaryFolder;
    open(): Promise<Window>;
    drop(window: Window, path: string): Promise<void>;
  };

/** The PATH that only the login shell knows, with an agent program on it; installed later when a test says so. */
function computerWith(folder: TemporaryFolder, home: string): void {
  for (const path of [folder.in("bin"), home]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const profile = `export PATH='${folder.in("bin")}':"$PATH"\n`;
  for (const file of [".profile", ".bash_profile", ".bashrc", ".zprofile"]) writeFileSync(folder.in(file), profile);
  writeFileSync(
    join(home, "agent-programs.toml"),
    `[my-agent]
name = "My agent"
command = ["my-agent"]
version = { arguments = ["--version"], pattern = '(\\d+\\.\\d+\\.\\d+)' }
install = [{ label = "npm", command = "npm install -g my-agent" }]
start = { prompt = "argument", arguments = [], arguments-with-prompt = ["{prompt}"] }
`,
  );
  const repository = folder.in("api");
  mkdirSync(repository);
  writeFileSync(join(repository, "README.md"), "# api\n");
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], { cwd: repository });
  git("init", "--quiet", "--initial-branch=main");
  git("add", ".");
  git("commit", "--quiet", "-m", "Begin");
}

function installAgent(folder: TemporaryFolder): void {
  const path = join(folder.in("bin"), "my-agent");
  const script = `#!/bin/sh\n[ "$1" = --version ] && echo "my-agent 1.2.3" && exit\necho "my agent is ready in $PWD"\nread -r line\n`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
}

const faces: [string, () => Promise<Face>][] = [
  [
    "browser",
    async () => {
      const product = new Product();
      computerWith(product.folder, product.home);
      await product.start();
      return {
        folder: product.folder,
        environment: product.environment,
        open: () => Window.open(product.url),
        drop: (window, path) => window.dropUrl(pathToFileURL(path).href),
        [Symbol.asyncDispose]: () => product[Symbol.asyncDispose](),
      };
    },
  ],
  [
    "desktop",
    async () => {
      const desktop = await Desktop.open();
      computerWith(desktop.folder, desktop.home);
      const app: DesktopApp = await desktop.start();
      return {
        folder: desktop.folder,
        environment: desktop.environment,
        open: async () => Window.around(await app.page()),
        drop: async (window, path) => {
          await app.knowFiles(path);
          await window.dropFolder(path);
        },
        [Symbol.asyncDispose]: () => desktop[Symbol.asyncDispose](),
      };
    },
  ],
];

describe.skipIf(missing("bwrap")).each(faces)("the first run, in the face %s", (name, start) => {
  let face: Face;
  let window: Window;
  const dialog = () => window.page.getByRole("dialog", { name: "Welcome to Cellar" });

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    face = await start();
    window = await face.open();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    await window?.page
      .screenshot({ path: join(pictures, `first-run-${name}-failed.png`), timeout: 5_000 })
      .catch(() => {});
    // What follows stands on what failed.
    await window?.page.close();
  });
  afterAll(async () => {
    await window?.[Symbol.asyncDispose]();
    await face?.[Symbol.asyncDispose]();
  });

  test("says what is missing and how to get it, and sees it when it was installed and is looked for again", async () => {
    const agents = dialog().getByRole("region", { name: "Agent programs" });
    await agents.getByText("npm install -g my-agent").waitFor();
    installAgent(face.folder);
    await dialog().getByRole("button", { name: "Look again" }).click();
    await agents.getByRole("listitem").filter({ hasText: "My agent" }).getByText("1.2.3").waitFor();
  });

  test("says which isolations work here, and of the others why not", async () => {
    const where = dialog().getByRole("region", { name: "Where they run" });
    for (const { name: backend, available } of await call(face, "bottles.backends", {}))
      await where
        .getByRole("listitem")
        .filter({ hasText: `${backend} ${available ? "works" : "does not work"}` })
        .waitFor();
  });

  test("is readable in both themes and sizes, also by a screen reader", async () => {
    for (const theme of ["dark", "light"] as const)
      for (const [width, height] of [
        [1440, 900],
        [1024, 700],
      ] as const) {
        await window.page.setViewportSize({ width, height });
        await window.page.emulateMedia({ colorScheme: theme });
        await window.page.screenshot({
          path: join(pictures, `first-run-${name}-${theme}-${width}x${height}.png`),
          animations: "disabled",
        });
        // The pictures of all screens are looked over by axe in the browser's face.
        if (name === "desktop" && theme === "light" && width === 1024) {
          const { violations } = await new AxeBuilder({ page: window.page }).analyze();
          expect(violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`))).toEqual([]);
        }
        // What it is for is in sight without scrolling.
        for (const part of [dialog().getByRole("region", { name: "Begin" }), window.button("Skip")]) {
          const box = (await part.boundingBox())!;
          expect(box.y + box.height).toBeLessThanOrEqual(height);
        }
      }
    await window.page.setViewportSize({ width: 1440, height: 900 });
  });

  test("ends in an agent that runs in a bottle: drop, Enter", async () => {
    const actions: string[] = [];
    const act = async (what: string, does: () => Promise<unknown>) => {
      actions.push(what);
      await does();
    };
    await act("drop", () => face.drop(window, face.folder.in("api")));
    // A person presses it when they see the form.
    await window.page.getByRole("heading", { name: "New workspace" }).waitFor();
    await act("Enter", () => window.page.keyboard.press("Enter"));
    const [bottle] = (await eventually(
      async () => {
        const event = await first(face, "bottles.watch", {});
        return event.type === "all" ? event.items : [];
      },
      ([one]) => one?.state === "running",
      60_000,
    )) as [Bottle];
    expect(actions).toEqual(["drop", "Enter"]);
    expect(bottle).toMatchObject({ programId: "my-agent", backend: "bubblewrap" });
    await eventually(
      async () => (await call(face, "terminals.screen", { id: bottle.terminalId! })).lines.join("\n"),
      (text) => text.includes("my agent is ready in "),
    );
    // What is typed next reaches it.
    await window.typeLine("thanks");
    await eventually(
      () => call(face, "terminals.get", { id: bottle.terminalId! }),
      ({ state }) => state === "succeeded",
    );
    const launched = await first(face, "launches.watch", {});
    expect(launched.type === "all" && launched.items.map(({ isolation }) => isolation)).toEqual(["bubblewrap"]);
  });

  test("does not come again by itself, and is opened from the palette and left with Skip", async () => {
    await eventually(
      () => call(face, "settings.get", {}),
      ({ settings }) => settings.firstRunDone,
    );
    await window.page.keyboard.press("Control+k");
    await window.page.getByRole("option").first().waitFor();
    await window.page.keyboard.type("introduction");
    await window.page.getByRole("option", { name: /introduction/ }).waitFor();
    await window.page.keyboard.press("Enter");
    await dialog().waitFor();
    await window.button("Skip").click();
    await dialog().waitFor({ state: "detached" });
    expect(window.errors).toEqual([]);
  });
});
