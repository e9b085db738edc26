/** Git credentials: which repository gets which, and that a token never follows a change of its host. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { missing } from "#test/requirements.ts";
import { VaultHome } from "#test/vault-home.ts";
import { checkedGitMeta, gitSecretProblem } from "./git.ts";

let home: VaultHome;
beforeEach(() => {
  home = new VaultHome();
});
afterEach(() => home[Symbol.dispose]());

const github = { name: "github", kind: "token" as const, host: "GitHub.com", userName: "x-access-token", scope: "*" };

test.each<[string, string, string]>([
  ["a URL", "https://github.com", "*"],
  ["a path", "github.com/acme", "*"],
  ["nothing", "", "*"],
  ["a port that is none", "github.com:0", "*"],
  ["a climbing scope", "github.com", "../x"],
  ["a scope with a blank", "github.com", "a b"],
])("a credential for %s is refused", (_, host, scope) => {
  expect(() => checkedGitMeta({ ...github, host, scope })).toThrow(/^a (host|scope) is/);
});

test("is stored in one spelling, listed without its token, and found for its repositories", async () => {
  const vault = await home.ready();
  const saved = await vault.saveGitCredential({ ...github, scope: "/Acme/*.git", secret: "ghp_token\n", force: false });
  expect(saved).toMatchObject({ id: "github", host: "github.com", scope: "acme/*", revision: 1, source: "stored" });
  expect(JSON.stringify(vault.gitCredentials.values())).not.toContain("ghp_token");
  const given = await vault.gitCredential("GITHUB.com", "/acme/api.git", "git gate of api");
  expect([given?.userName, given?.secret.reveal()]).toEqual(["x-access-token", "ghp_token"]);
  expect(await vault.gitCredential("github.com", "other/api", "test")).toBeNull();
  expect(await vault.gitCredential("github.com.evil.example", "acme/api", "test")).toBeNull();
  expect(vault.gitCredentials.get("github")!.uses.map(({ usedBy }) => usedBy)).toEqual(["git gate of api"]);
});

test("the narrowest scope wins, and two that say the same are refused", async () => {
  const vault = await home.ready();
  for (const [name, scope] of [
    ["all", "*"],
    ["acme", "acme/*"],
    ["api", "acme/api"],
  ] as const) {
    await vault.saveGitCredential({ ...github, name, scope, secret: `token-${name}`, force: false });
  }
  const chosen = async (path: string) => (await vault.gitCredential("github.com", path, "test"))?.name;
  expect([await chosen("x/y"), await chosen("acme/web"), await chosen("acme/api")]).toEqual(["all", "acme", "api"]);
  await vault.saveGitCredential({ ...github, name: "twin", scope: "acme/*", secret: "t", force: false });
  await expect(vault.gitCredential("github.com", "acme/web", "test")).rejects.toMatchObject({ code: "conflict" });
});

test("the environment goes first, and is redacted too", async () => {
  const vault = await home.ready();
  await vault.saveGitCredential({ ...github, name: "my-hub", secret: "stored", force: false });
  home.environment = { GIT_CREDENTIALS_MY_HUB: "outside" };
  expect((await vault.gitCredential("github.com", "a/b", "test"))?.secret.reveal()).toBe("outside");
  await vault.start();
  expect(vault.gitCredentials.get("my-hub")).toMatchObject({
    source: "environment",
    variable: "GIT_CREDENTIALS_MY_HUB",
  });
  const known = vault.known().map(({ secret }) => secret.reveal());
  expect(known).toEqual(expect.arrayContaining(["stored", "outside"]));
});

test("a scope is changed without the token; another host, user or kind needs it again", async () => {
  const vault = await home.ready();
  await vault.saveGitCredential({ ...github, secret: "token", force: false });
  await expect(vault.saveGitCredential({ ...github, scope: "acme/*", force: false })).rejects.toThrow(
    "git credential 'github' already exists",
  );
  expect(await vault.saveGitCredential({ ...github, scope: "acme/*", force: true })).toMatchObject({ revision: 2 });
  for (const change of [{ host: "evil.example" }, { userName: "other" }, { kind: "ssh-key" as const }]) {
    await expect(vault.saveGitCredential({ ...github, ...change, force: true })).rejects.toThrow(
      "another host, kind or user name needs its own token or key",
    );
  }
  expect((await vault.gitCredential("github.com", "acme/api", "test"))?.secret.reveal()).toBe("token");
  await vault.deleteGitCredential("github");
  await expect(vault.deleteGitCredential("github")).rejects.toThrow("there is no git credential 'github'");
});

describe.skipIf(missing("ssh-keygen"))("a key", () => {
  const make = (...more: string[]) => {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-f", home.folder.in("key"), ...more]);
    return readFileSync(home.folder.in("key"), "utf8");
  };

  test("is taken as ssh-keygen makes it", async () => {
    const text = make("-N", "");
    const vault = await home.ready();
    await vault.saveGitCredential({ ...github, kind: "ssh-key", userName: "git", secret: text.trim(), force: false });
    expect((await vault.gitCredential("github.com", "a/b", "test"))?.secret.reveal()).toBe(text);
  });

  test("with a passphrase of its own, a public one, and what is none are refused, unrepeated", () => {
    const encrypted = make("-N", "a passphrase");
    expect(gitSecretProblem("ssh-key", encrypted)).toMatch(/passphrase of its own/);
    expect(gitSecretProblem("ssh-key", readFileSync(home.folder.in("key.pub"), "utf8"))).toMatch(/public key/);
    expect(gitSecretProblem("ssh-key", "ghp_token")).toMatch(/not a private key/);
    expect(gitSecretProblem("token", "two words")).toMatch(/no spaces/);
  });
});
