/**
 * Vite plugin: how the bundles of the Node processes take Node's own modules. Imported, a module has every property of it read, and behind some of
 * them Node loads what nobody here uses: with `node:http` a whole client for WebSockets and fetch, 20 ms of each start, with the others together 5.
 * Taken as a builtin, it stays unread.
 */
import type { Plugin } from "vite";

/** `import whole, { some, of as it } from "node:…";`, either of them, as Rolldown writes it: one a line. */
const imported = /^import (?:([\w$]+)(?:, )?)?(?:\{([^}]*)\} )?\s*from "(node:[\w/]+)";$/gm;

export function nodeBuiltins(): Plugin {
  return {
    name: "node-builtins",
    renderChunk: (code) =>
      code.replace(imported, (_, whole?: string, names?: string, id?: string) => taken(id!, whole, names)),
  };
}

function taken(id: string, whole?: string, names?: string): string {
  const builtin = `process.getBuiltinModule("${id}")`;
  const some = names === undefined ? "" : `{${names.replaceAll(" as ", ": ")}}`;
  if (whole === undefined) return `const ${some} = ${builtin};`;
  return some === "" ? `const ${whole} = ${builtin};` : `const ${whole} = ${builtin}, ${some} = ${whole};`;
}
