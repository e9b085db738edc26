/**
 * Vite plugin: how the bundles of the Node processes take `node:http`. Imported as a module, every property of it is read, and behind one of
 * them Node loads a whole client for WebSockets and fetch that nobody here uses: 20 ms of each start. Taken as a builtin, it stays unread.
 */
import type { Plugin } from "vite";

const imported = /^import \{([^}]*)\} from "node:http";$/m;

export function nodeHttp(): Plugin {
  return {
    name: "node-http",
    renderChunk: (code) =>
      code.replace(
        imported,
        (_, names: string) => `const {${names.replaceAll(" as ", ": ")}} = process.getBuiltinModule("node:http");`,
      ),
  };
}
