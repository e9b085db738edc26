/** Handles, the names of secrets, and the names they go by in an environment. */

const pattern = /^[a-z0-9_-]+$/;
/** Longer than any name a person gives; a token pasted into the wrong field is usually longer. */
const longestHandle = 100;
/** Shown of a name that is none: enough to recognise it, too little to be a secret. */
const shown = 24;

/** What is wrong with a handle, as a sentence; null when it can be used. */
export function handleProblem(handle: string): string | null {
  if (pattern.test(handle) && handle.length <= longestHandle) return null;
  const cut = handle.length > shown ? `${handle.slice(0, shown)}…` : handle;
  return `invalid handle '${cut}': use lowercase letters, digits, '-', '_' and at most ${longestHandle} of them`;
}

/** `openai-key` → `OPENAI_KEY`. */
export function upperSnake(handle: string): string {
  return handle.toUpperCase().replaceAll("-", "_");
}

export const variablePrefix = "AVP_VAULT_";

/** The variables that are looked at for a handle, in this order, before what is stored. */
export function variablesOf(handle: string): [string, string] {
  return [`${variablePrefix}${upperSnake(handle)}`, upperSnake(handle)];
}

/** The handle for a name in a `.env` or TOML file: `AVP_VAULT_OPENAI_KEY`, `OPENAI_KEY` and `openai.key` are `openai_key`. */
export function handleFrom(name: string): string {
  const bare = name.startsWith(variablePrefix) ? name.slice(variablePrefix.length) : name;
  return bare
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "_")
    .slice(0, longestHandle);
}
