/** The app as it is packed: which files it consists of, and that it runs from there. Electron's runtime is a stand-in that acts as Node. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { getRawHeader } from "@electron/asar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appFiles } from "#scripts/packaging/app-files.ts";
import { forbiddenParts, partsOf } from "#scripts/packaging/bill-of-materials.ts";
import { layOut } from "#scripts/packaging/lay-out.ts";
import { makePackages } from "#scripts/packaging/make-packages.ts";
import { budgetBytes, pack } from "#scripts/packaging/packing.ts";
import { shippedPackages } from "#scripts/packaging/shipped-packages.ts";
import { targetName, targetOf, targets } from "#scripts/packaging/target.ts";
import { endMarked, processesMarked } from "#test/product/processes.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { fusesOf, makeStandInRuntime } from "./stand-in-runtime.ts";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../../..");
const here = targetOf(`linux-${process.arch}`)!;
const folder = new TemporaryFolder("packed");
const output = folder.in("dist");
const resources = join(output, targetName(here), "resources");
const unpacked = join(resources, "app.asar.unpacked");
/** For some thousand files on a machine that does other things as well. */
const patienceMs = 300_000;
const said: string[] = [];
let refusal = "";

beforeAll(async () => {
  const missing = { missing: "There is no runtime in this test." };
  await pack({ root, output, targets: [here], runtime: async () => missing, say: (line) => said.push(line) }).catch(
    (problem: Error) => {
      refusal = problem.message;
    },
  );
}, patienceMs);
afterAll(async () => {
  await endMarked(folder.path);
  folder[Symbol.dispose]();
});

test("without a runtime, packing says so in one sentence and has made everything else", () => {
  expect(refusal).toBe("No packages: There is no runtime in this test.");
  expect(said).toEqual([expect.stringMatching(/^linux-\S+: \d+\.\d MB beside Electron, \d+ parts$/)]);
  expect(existsSync(join(resources, "app.asar"))).toBe(true);
  expect(existsSync(join(output, `${targetName(here)}.cdx.json`))).toBe(true);
});

describe("the files", () => {
  test.each(targets.map((target) => [targetName(target), target] as const))(
    "of %s are what runs there, and no more",
    (name, target) => {
      const paths = appFiles(root, target).map(({ path }) => path);
      const unwanted =
        /\.(map|tsx?|d\.[cm]ts|pdb|cc|cpp|h|gyp|icns)$|^resources\/.*\.svg$|\.test\.|screenshot|^(src|test|docs|scripts)\/|\/\.bin\/|node-gyp|^node_modules\/(electron|react|vite|typescript|node)\//;
      expect(paths.filter((path) => unwanted.test(path) && !/\/LICENSE/i.test(path))).toEqual([]);
      expect(paths.some((path) => path.endsWith(".ico"))).toBe(target.system === "win32");
      const native = paths.filter((path) => /\.node$|spawn-helper$|\.exe$|\.dll$/.test(path));
      const systems = new Set(native.map((path) => /(linux|linuxmusl|darwin|win32)-(x64|arm64)/.exec(path)![0]));
      expect([...systems].sort()).toEqual(target.system === "darwin" ? ["darwin-arm64", "darwin-x64"] : [name]);
      expect(native.some((path) => path.startsWith("node_modules/better-sqlite3/"))).toBe(true);
      expect(native.some((path) => path.startsWith("node_modules/node-pty/"))).toBe(true);
      expect(native.some((path) => path.endsWith("spawn-helper"))).toBe(target.system === "darwin");
      expect(native.some((path) => path.endsWith("OpenConsole.exe"))).toBe(target.system === "win32");
    },
  );

  test("only what Electron loads is in the archive; what other programs start lies beside it", () => {
    const files = indexed();
    const archived = [...files].filter(([, { unpacked }]) => !unpacked).map(([path]) => path);
    expect(archived.filter((path) => !/^out\/(renderer|preload)\//.test(path))).toEqual(["out/main/index.js"]);
    expect(archived).toContain("out/preload/index.cjs");
    expect(archived).toContain("out/renderer/index.html");
    const beside = [...files].filter(([, { unpacked }]) => unpacked).map(([path]) => path);
    expect(beside.toSorted()).toEqual(below(unpacked).toSorted());
    const workers = ["screen-worker", "search-worker", "git-scan-worker", "bottle-ports", "bottle-forward"];
    for (const entry of ["terminal-host", "serve", "cellar", "sandbox-terminal", ...workers]) {
      expect(beside).toContain(`out/main/${entry}.js`);
    }
    for (const each of [
      "bin/cellar",
      "bin/k",
      "bottles/guest",
      "shell-integration/bash.sh",
      "agent-programs/codex.toml",
    ]) {
      expect(beside).toContain(`resources/${each}`);
    }
    expect(beside).toContain("LICENSES.txt");
  });

  test("the archive's index tells the truth about every file", () => {
    const archive = readFileSync(join(resources, "app.asar"));
    const { headerSize } = getRawHeader(join(resources, "app.asar"));
    for (const [path, { unpacked: outside, size, offset, integrity }] of indexed()) {
      const at = 8 + headerSize + Number(offset);
      const content = outside ? readFileSync(join(unpacked, path)) : archive.subarray(at, at + size);
      expect(content.length, path).toBe(size);
      if (!outside) expect(createHash("sha256").update(content).digest("hex"), path).toBe(integrity!.hash);
    }
  });

  test("what can be executed still can", () => {
    for (const name of ["bin/cellar", "bin/k", "bin/cellar-hook", "bottles/guest"]) {
      expect(statSync(join(unpacked, "resources", name)).mode & 0o777, name).toBe(0o755);
    }
  });

  test("every package is there with all that it needs to be loaded", async () => {
    const names = shippedPackages(root).map(({ name }) => name);
    expect(names).toContain("better-sqlite3");
    const script = `for (const name of ${JSON.stringify([...new Set(names)])}) await import(name).catch((problem) => console.log(name, problem.message));`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: unpacked });
    expect(stdout).toBe("");
  });

  test("they stay within the budget", async () => {
    const bytes = [...below(resources)].reduce((sum, path) => sum + statSync(join(resources, path)).size, 0);
    expect(bytes).toBeLessThan(budgetBytes);
  });

  test(
    "the same sources give the same bytes",
    async () => {
      const again = folder.in("again");
      await layOut(root, here, again);
      expect(hashes(again)).toEqual(hashes(resources));
    },
    patienceMs,
  );
});

describe("the parts", () => {
  test("are listed with their licences, whether as files, in the window's bundle or inside a native module", () => {
    const bill = JSON.parse(readFileSync(join(output, `${targetName(here)}.cdx.json`), "utf8"));
    expect(bill).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      metadata: { component: { name: "cellar" } },
    });
    const shipped = new Map<string, string>(
      bill.components.map((part: { name: string; properties: [{ value: string }] }) => [
        part.name,
        part.properties[0].value,
      ]),
    );
    expect(shipped.get("better-sqlite3")).toBe("files");
    expect(shipped.get("react")).toBe("bundled");
    expect(shipped.get("sqlite")).toBe("within");
    expect(shipped.has("vitest")).toBe(false);
    expect(bill.components.every((part: { licenses: unknown[] }) => part.licenses.length === 1)).toBe(true);
    const texts = readFileSync(join(unpacked, "LICENSES.txt"), "utf8");
    for (const name of shipped.keys()) expect(texts).toContain(`\n${name} `);
  });

  test("with a licence that forbids shipping them, or none, are refused", () => {
    const [part] = partsOf(root, appFiles(root, here));
    expect(forbiddenParts([part!])).toEqual([]);
    expect(forbiddenParts([{ ...part!, license: "(MIT OR GPL-3.0-only)" }])).toEqual([]);
    for (const license of ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "UNLICENSED", ""]) {
      expect(forbiddenParts([{ ...part!, license }])).toEqual([expect.stringContaining("may not be shipped")]);
    }
    expect(forbiddenParts([{ ...part!, text: "" }])).toEqual([expect.stringContaining("without the text")]);
  });
});

describe("the app that electron-builder makes of it", () => {
  const app = join(
    output,
    targetName(here),
    process.arch === "x64" ? "linux-unpacked" : `linux-${process.arch}-unpacked`,
  );
  const bin = join(app, "resources", "app.asar.unpacked", "resources", "bin");
  const env = { ...process.env, CELLAR_HOME: folder.in("home"), XDG_RUNTIME_DIR: folder.path, HOME: folder.path };

  beforeAll(async () => {
    const version = JSON.parse(readFileSync(join(root, "node_modules/electron/package.json"), "utf8")).version;
    await makeStandInRuntime(folder.in("runtime"), version);
    await makePackages(root, here, output, { only: "dir", change: { electronDist: folder.in("runtime") } });
  }, patienceMs);

  test("has the files unchanged, and Electron's fuses set", () => {
    expect(hashes(join(app, "resources"), (path) => path !== "default_app.asar")).toEqual(hashes(resources));
    // In Electron's order: run as Node; cookie encryption; no NODE_OPTIONS, no inspector; archive's integrity; only the archive; no snapshot; no file: privileges.
    expect(fusesOf(readFileSync(join(app, "cellar-desktop")))).toMatch(/^11001100/);
  });

  test("carries a command line that is run by the app's own runtime, also through a link", async () => {
    const { stdout } = await run(join(bin, "cellar"), ["--help"], { env: { ...env, PATH: "/usr/bin:/bin" } });
    expect(stdout).toContain("a workbench for running many coding agents");
    await run("ln", ["-s", join(bin, "cellar"), folder.in("link")]);
    expect((await run(folder.in("link"), ["--version"], { env })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("starts its terminal host from a copy that outlives the app, and its terminals do not learn how", async () => {
    await run(join(bin, "k"), ["new", "one", "bash --norc"], { env });
    const { stdout } = await run(join(bin, "k"), ["run", "one", 'echo "[$ELECTRON_RUN_AS_NODE]"; command -v cellar'], {
      env,
    });
    const copies = join(env.CELLAR_HOME, "host");
    const [copy] = readdirSync(copies);
    expect(stdout.split("\n").slice(0, 2)).toEqual(["[]", join(copies, copy!, "resources", "bin", "cellar")]);
    const host = processesMarked(env.CELLAR_HOME).find(({ command }) => command.includes("terminal-host.js"));
    expect(host?.command).toContain(join(copies, copy!, "out", "main", "terminal-host.js"));
  });

  test("gives its terminals the command line that is installed, and that of the copy when none is", async () => {
    const [copy] = readdirSync(join(env.CELLAR_HOME, "host"));
    const inside = join(env.CELLAR_HOME, "host", copy!);
    const version = async () => (await run(join(inside, "resources", "bin", "cellar"), ["--version"], { env })).stdout;
    const installed = join(app, "resources", "app.asar.unpacked", "package.json");
    const text = readFileSync(installed, "utf8");
    writeFileSync(installed, text.replace(/"version": ".*?"/, '"version": "9.9.9"'));
    expect(await version()).toBe("9.9.9\n");
    writeFileSync(installed, text);
    writeFileSync(join(inside, "installed"), "/nowhere\n");
    expect(await version()).toMatch(/^0\./);
  });

  test("runs main from there as well", async () => {
    const { stdout } = await run(join(bin, "cellar"), ["call", "app.info"], { env });
    expect(JSON.parse(stdout)).toMatchObject({ home: env.CELLAR_HOME });
    await run(join(bin, "cellar"), ["call", "app.quit"], { env });
  });
});

type Indexed = { unpacked?: boolean; size: number; offset?: string; integrity?: { hash: string } };

/** Every file that the archive's index names. */
function indexed(): Map<string, Indexed> {
  const found = new Map<string, Indexed>();
  const visit = (entry: object, path: string) => {
    if (!("files" in entry)) return void found.set(path, entry as Indexed);
    for (const [name, inner] of Object.entries(entry.files as Record<string, object>)) {
      visit(inner, path === "" ? name : `${path}/${name}`);
    }
  };
  visit(getRawHeader(join(resources, "app.asar")).header, "");
  return found;
}

function below(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)));
}

function hashes(path: string, wanted: (file: string) => boolean = () => true): Record<string, string> {
  const files = below(path).filter(wanted).toSorted();
  const hash = (file: string) =>
    createHash("sha256")
      .update(readFileSync(join(path, file)))
      .digest("hex");
  return Object.fromEntries(files.map((file) => [file, `${statSync(join(path, file)).mode & 0o777} ${hash(file)}`]));
}
