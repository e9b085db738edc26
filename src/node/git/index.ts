export type { Reach } from "./environment.ts";
export { diffFlags, Git, type GitOptions, Repository } from "./git.ts";
export { overridesFor } from "./overrides.ts";
