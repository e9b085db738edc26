/**
 * Keeps what V8 makes of our code in the home's `code-cache/`, so that only the first start of a version compiles it. Called by an entry before
 * it imports the rest. It belongs to the home, and not to Node's usual folder below /tmp, because what is there is executed.
 */
import { existsSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { homeFolder } from "./paths.ts";

/** Does nothing where there is no home yet: asking for help makes none. */
export function keepCompiledCode(): void {
  const home = homeFolder();
  if (existsSync(home)) enableCompileCache(join(home, "code-cache"));
}
