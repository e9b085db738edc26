/** `node --import …/register.ts out/main/index.js`: the bundle's `electron` is the double. */
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== "electron") return next(specifier, context);
    return { url: new URL("index.ts", import.meta.url).href, shortCircuit: true };
  },
});
