/** Every file of the app, for one target: chosen by what runs, so that nothing else can slip in. */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { shippedPackages } from "./shipped-packages.ts";
import { nativeNames, type Target } from "./target.ts";

export type AppFile = {
  /** In the app, with `/`. */
  path: string;
  /** The file it is a copy of, or its content. */
  source: string | Buffer;
  /** Inside the archive, which only Electron can read; everything else lies beside it and can be started by any program. */
  archived: boolean;
};

/** What Electron itself loads. The terminal host, the command line, workers and native modules are run as files of their own. */
const archived = /^out\/(renderer|preload)\/|^out\/main\/index\.js$/;

/** Folders of packages that hold what their authors need and we do not run. */
const authorsFolders = /^(tests?|__tests__|docs?|examples?|benchmarks?|bench|coverage|types|typings|src|browser)\//;
const authorsFiles = /\.(test|spec)\.[cm]?js$/;
const code = /\.(js|cjs|mjs|json|wasm|node)$/;
/** Images that only the packages themselves are made with. */
const packageImages = /^resources\/icons\/(app\/|.*\.svg$)/;
const licenceFile = /^(licen[cs]e|copying|notice)[^/]*$/i;

/** Packages of which only some folders run: sources and other systems' binaries are most of them. */
const onlyOf: Record<string, (file: string, target: Target) => boolean> = {
  "better-sqlite3": (file, target) =>
    /^lib\/(?!(linux|linuxmusl|darwin|win32)-)/.test(file) ||
    nativeNames(target).some((name) => file === `prebuilds/${name}.node` || file === `lib/${name}.js`),
  "node-pty": (file, target) =>
    file.startsWith("lib/") || nativeNames(target).some((name) => file.startsWith(`prebuilds/${name}/`)),
};

/** Sorted by path, so that the archive does not depend on the disk's order. `lay-out.ts` adds those that are written for the package. */
export function appFiles(root: string, target: Target): AppFile[] {
  const files = [
    "LICENSE",
    ...below(root, "out").filter((file) => !/\/bundled-licenses\.json$|\.map$/.test(file)),
    ...below(root, "resources").filter((file) => !packageImages.test(file) && forSystem(file, target)),
    ...shippedPackages(root).flatMap(({ path, name }) =>
      below(root, path)
        .map((file) => file.slice(path.length + 1))
        .filter((file) => !file.startsWith("node_modules/") && runs(name, file, target))
        .map((file) => `${path}/${file}`),
    ),
  ];
  return files.sort().map((path) => ({ path, source: join(root, path), archived: archived.test(path) }));
}

/** Images in a form that only Windows reads. */
function forSystem(file: string, target: Target): boolean {
  return !file.endsWith(".ico") || target.system === "win32";
}

function runs(name: string, file: string, target: Target): boolean {
  if (file === "package.json" || licenceFile.test(file)) return true;
  if (authorsFiles.test(file) || file.endsWith(".map") || file.endsWith(".pdb")) return false;
  const only = onlyOf[name];
  if (only) return only(file, target);
  return code.test(file) && !authorsFolders.test(file);
}

function below(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .map((file) => file.replaceAll("\\", "/"));
}
