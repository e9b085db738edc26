/** The rules of ARCHITECTURE.md that a tool can check: which process may import what, and that domains do not form circles. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const source = join(root, "src");

/** `wanted`: loaded when it is wanted, by `import()`. */
type Import = { from: string; to: string; specifier: string; wanted: boolean };

const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file) && !file.endsWith(".d.ts"))
  .map((file) => file.split(sep).join("/"));

/** Every static, re-exported or dynamic import of our sources; `to` is a path below src/, or the bare specifier. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const found = [...text.matchAll(/(?:\bfrom\s*|\bimport\s*(\()?\s*)"([^"]+)"/g)];
  return found.map(([, called, specifier]) => ({
    from: file,
    to: pathOf(file, specifier!),
    specifier: specifier!,
    wanted: called !== undefined,
  }));
}

function pathOf(file: string, specifier: string): string {
  if (specifier.startsWith("#")) return specifier.slice(1);
  if (!specifier.startsWith(".")) return `package:${specifier}`;
  return relative(source, resolve(source, dirname(file), specifier))
    .split(sep)
    .join("/");
}

const imports = files.flatMap(importsOf);

/** `main/workspaces/create.ts` → `main`; a package → `package`. */
function area(path: string): string {
  return path.startsWith("package:") ? "package" : (path.split("/")[0] ?? "");
}

const mayImport: Record<string, (path: string) => boolean> = {
  shared: (to) => area(to) === "shared",
  node: (to) => ["shared", "node"].includes(area(to)),
  "terminal-host": (to) => ["shared", "node", "terminal-host"].includes(area(to)),
  main: (to) => ["shared", "node", "main"].includes(area(to)) || isHostClient(to),
  preload: (to) => ["shared", "preload"].includes(area(to)),
  renderer: (to) => ["shared", "renderer"].includes(area(to)),
  cli: (to) => ["shared", "node", "cli"].includes(area(to)) || isHostClient(to) || to === "main/browser-mode.ts",
};

/** Everybody else sees the terminal host only through its client and its protocol. */
function isHostClient(to: string): boolean {
  return to.startsWith("terminal-host/client/") || to === "terminal-host/protocol.ts";
}

/** Each as `a → b → a`. */
function circles(needs: ReadonlyMap<string, Iterable<string>>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (each: string, path: string[]) => {
    if (path.includes(each)) found.push([...path.slice(path.indexOf(each)), each].join(" → "));
    if (done.has(each) || path.includes(each)) return;
    for (const next of needs.get(each) ?? []) visit(next, [...path, each]);
    done.add(each);
  };
  for (const each of needs.keys()) visit(each, []);
  return found;
}

/** Which folders of a process need which others of it. */
function foldersOf(process: "main" | "renderer", found: readonly Import[]): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  const folderOf = (path: string) => (area(path) === process ? path.split("/").slice(1, -1)[0] : undefined);
  for (const { from, to } of found) {
    const [own, target] = [folderOf(from), folderOf(to)];
    if (own && target && own !== target) folders.set(own, (folders.get(own) ?? new Set()).add(target));
  }
  return folders;
}

describe("the structure", () => {
  test("reads imports at all", () => {
    expect(imports.length).toBeGreaterThan(20);
    expect(importsOf("terminal-host/protocol.ts").map((found) => found.to)).toContain("shared/contract/cells.ts");
  });

  test("imports point one way: renderer → shared ← main → terminal host's client", () => {
    const wrong = imports
      .filter(({ from, to }) => area(to) !== "package" && !mayImport[area(from)]?.(to))
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  test("only the shell imports electron", () => {
    const shell = /^(main\/electron\/|main\/index\.ts$|preload\/)/;
    const wrong = imports
      .filter(({ from, specifier }) => /^electron($|\/|-store)/.test(specifier) && !shell.test(from))
      .map(({ from, specifier }) => `${from} imports ${specifier}`);
    expect(wrong).toEqual([]);
  });

  test("the window and what everybody shares use no Node module", () => {
    const wrong = imports
      .filter(({ from, specifier }) => ["renderer", "shared"].includes(area(from)) && specifier.startsWith("node:"))
      .map(({ from, specifier }) => `${from} imports ${specifier}`);
    expect(wrong).toEqual([]);
  });

  test("the window's frame knows its screens, and no screen knows the frame", () => {
    const wrong = imports
      .filter(({ from, to }) => to.startsWith("renderer/frame/") && !/^renderer\/(frame\/|main\.tsx$)/.test(from))
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  test("a domain of main is reached only through its index, or that of a folder in it", () => {
    const wrong = imports.filter(({ from, to }) => {
      const [, target] = /^main\/([^/]+)\/(?!(?:[^/]+\/)?index\.ts$)/.exec(to) ?? [];
      const [, own] = /^main\/([^/]+)\//.exec(from) ?? [];
      return area(from) === "main" && target !== undefined && target !== own && target !== "transport";
    });
    expect(wrong.filter(({ from }) => !/^main\/(services|serve|index)\.ts$/.test(from))).toEqual([]);
  });

  test("domains of main form no circle", () => {
    expect(circles(foldersOf("main", imports))).toEqual([]);
  });

  test("folders of the window form no circle; a screen that is loaded when it is wanted is none", () => {
    const needed = imports.filter(({ wanted }) => !wanted);
    expect(circles(foldersOf("renderer", needed))).toEqual([]);
  });

  test("files form no circle, types included; what is loaded when it is wanted is none", () => {
    const needed = new Map<string, string[]>();
    for (const { from, to, wanted } of imports) {
      if (!wanted && area(to) !== "package") needed.set(from, [...(needed.get(from) ?? []), to]);
    }
    expect(circles(needed)).toEqual([]);
  });

  test("no folder is a technical layer", () => {
    const layers = files.filter((file) => /(^|\/)(utils?|helpers?|managers?|common|misc|lib)\//.test(file));
    expect(layers).toEqual([]);
  });
});
