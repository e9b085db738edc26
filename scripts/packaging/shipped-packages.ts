/** Which npm packages are shipped as files, from the lock file: what production needs, without what only types or other servers use. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export type Locked = {
  /** Below the root: `node_modules/tsyringe/node_modules/tslib`. */
  path: string;
  name: string;
  version: string;
  license: string;
  /** `sha512-…` of the registry's archive. */
  integrity: string | null;
};

type LockEntry = { version?: string; license?: string; integrity?: string; dev?: boolean };

/** Named by another as a dependency, but nothing that runs loads it: headers for compiling. The tests start the packed product without it. */
const notLoaded: readonly string[] = ["node-addon-api"];

export function readLock(root: string): Locked[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, LockEntry>;
  };
  return Object.entries(packages)
    .filter(([path]) => path.startsWith("node_modules/"))
    .map(([path, { version = "", license = "", integrity }]) => ({
      path,
      name: nameOf(path),
      version,
      license,
      integrity: integrity ?? null,
    }));
}

/** Those that lie in the package's `node_modules`. */
export function shippedPackages(root: string): Locked[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, LockEntry>;
  };
  return readLock(root).filter(({ path, name }) => !packages[path]?.dev && !notLoaded.includes(name));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}
