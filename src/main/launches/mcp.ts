/** What a launched program is given of Cellar's MCP server: a token that says which launch it is, and where it can use it. */
import { Failure } from "#shared/failure.ts";

/** Variables of the program's environment. `url` is null when there is no endpoint. */
export function mcpEnvironment(token: string, url: string | null): Record<string, string> {
  return { CELLAR_TOKEN: token, ...(url !== null && { CELLAR_MCP_URL: url }) };
}

/** Address for a program that is to be told of the server; null for one that is not. Throws `unavailable` when there is none to tell. */
export function mcpUrlToTell(wanted: boolean, url: string | null): string | null {
  if (!wanted) return null;
  if (url === null) {
    throw new Failure("unavailable", "Cellar's MCP endpoint could not be opened", {
      hint: "Settings → MCP says why. Launch without it, or start Cellar again.",
    });
  }
  return url;
}
