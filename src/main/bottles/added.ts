/** What Cellar adds to a program that it starts in a bottle, as the launch summary says it: names and shapes, never a value. */
import type { ProgramEntry } from "../programs/index.ts";
import type { ResolvedManifest } from "./manifests/resolve.ts";
import { variablesInside } from "./program-inside.ts";

export type Added = {
  variables: string[];
  /** As its entry has them: what stands in braces is filled in at the start. */
  arguments: string[];
  /** Below the home inside. */
  files: string[];
};

export type AddedParts = {
  program: { id: string; entry: ProgramEntry };
  /** Id of the provider whose credential is put in outside. */
  brokered: string | null;
  /** It is told of Cellar's MCP server. */
  usesMcp: boolean;
  tellsActivity: boolean;
  manifest: Pick<ResolvedManifest, "systemPrompt" | "skills">;
};

export function addedInside({ program, brokered, usesMcp, tellsActivity, manifest }: AddedParts): Added {
  const { entry } = program;
  const { brokered: ofProviders, ...always } = entry.bottle;
  const ofProvider = brokered === null ? undefined : ofProviders[brokered];
  const parts = ofProvider === undefined ? [always] : [always, ofProvider];
  const hooks = tellsActivity ? entry.hooks : undefined;
  const systemPrompt = manifest.systemPrompt === "" ? [] : (entry.start["system-prompt"] ?? []);
  return {
    variables: [
      ...variablesInside(entry, brokered),
      "CELLAR_TOKEN",
      ...(usesMcp ? ["CELLAR_MCP_URL"] : []),
      ...(tellsActivity ? ["CELLAR_HOOK"] : []),
      ...Object.keys(hooks?.environment ?? {}),
    ],
    arguments: [
      ...parts.flatMap((part) => part.arguments),
      ...(hooks?.arguments ?? []),
      ...(usesMcp ? (entry.mcp?.arguments ?? []) : []),
      ...systemPrompt,
    ],
    files: [
      ...new Set([
        ...parts.flatMap((part) => part.files.map(({ path }) => path)),
        ...(tellsActivity ? [".cellar/cellar-hook"] : []),
        ...(hooks?.file === undefined ? [] : [`.cellar/${program.id}.settings`]),
      ]),
    ],
  };
}
