/** Git hosts whose tokens work in one way only: the user name that goes with a token, and the page that makes one. */

export type KnownHost = { userName: string | null; tokens: string };

const hosts: Record<string, KnownHost> = {
  "github.com": { userName: "x-access-token", tokens: "https://github.com/settings/personal-access-tokens" },
  "gitlab.com": { userName: "oauth2", tokens: "https://gitlab.com/-/user_settings/personal_access_tokens" },
  // The user name is the organisation there.
  "dev.azure.com": { userName: null, tokens: "https://dev.azure.com/_usersSettings/tokens" },
};

export function knownHost(host: string): KnownHost | null {
  return hosts[host.trim().toLowerCase()] ?? null;
}
