import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { installationFolder } from "#node/installation.ts";
import { Secret } from "#node/secret.ts";
import { Failure } from "#shared/failure.ts";
import { BottleEgress, type BottleEgressParts } from "./bottle-egress.ts";
import type { BottleReach } from "./bottles/index.ts";
import { readProviders } from "./broker/index.ts";

const plain: BottleReach = {
  workspaceId: "ws-00000001",
  programId: "claude",
  provider: "anthropic",
  allowedHosts: ["*.example.org", "example.net:8443"],
  routes: [],
  gitRepositories: [],
  supervise: false,
  credential: { authToken: null, forwardHostCredentials: false },
};

/** What a plan needs; nothing is opened. `vault`: the handles there are, or the Failure that asking for any gives. */
function egress(vault: readonly string[] | Failure, vaultExists = true): BottleEgress {
  return new BottleEgress({
    providers: () => readProviders(join(installationFolder, "resources", "providers.toml")),
    resolve: async (handle) => {
      if (vault instanceof Failure) throw vault;
      if (!vault.includes(handle)) throw new Failure("not_found", `vault handle '${handle}' not found.`);
      return new Secret("sk-real");
    },
    vaultExists: () => vaultExists,
    knownSecrets: () => [],
  } as Partial<BottleEgressParts> as BottleEgressParts);
}

const locked = new Failure("unavailable", "The vault is locked");

describe("what a bottle will reach", () => {
  test("its provider through the broker, when the vault has the key; only names go into the plan", async () => {
    expect(await egress(["anthropic_api_key"]).plan(plain)).toEqual({
      services: ["broker", "gateway"],
      allowedHosts: ["*.example.org", "example.net:8443"],
      routes: ["api.anthropic.com [auth:x-api-key]"],
      environment: ["ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"],
      notEnforced: [],
    });
  });

  test("says that the program has to sign in itself, when there is no key", async () => {
    for (const none of [egress([]), egress(locked, false)]) {
      const plan = await none.plan(plain);
      expect(plan).toMatchObject({ services: ["gateway"], routes: [], environment: [] });
      expect(plan.notEnforced.join()).toContain("anthropic_api_key");
    }
    expect((await egress([]).plan({ ...plain, provider: null })).notEnforced).toEqual([]);
  });

  test("is not planned while the vault that may hold the key is locked", async () => {
    await expect(egress(locked).plan(plain)).rejects.toBe(locked);
  });

  test("is not planned without the key that a manifest names", async () => {
    const named = { ...plain, credential: { authToken: "team_key", forwardHostCredentials: false } };
    await expect(egress(["anthropic_api_key"]).plan(named)).rejects.toMatchObject({ code: "not_found" });
    expect((await egress(["team_key"]).plan(named)).services).toContain("broker");
  });

  test("narrows a host to methods, paths and detectors", async () => {
    const routes = [{ host: "api.example.com", matches: [{ methods: ["GET"], paths: ["/v1"] }] }];
    expect((await egress([]).plan({ ...plain, allowedHosts: [], routes })).allowedHosts).toEqual([
      "api.example.com GET /v1",
    ]);
  });

  test.each<[string, Partial<BottleReach>]>([
    [
      "a git gate",
      { gitRepositories: [{ name: "api", upstream: "ssh://git@a/b", identityFile: null, knownHostKey: null }] },
    ],
    ["supervision", { supervise: true }],
    ["a credential of a route's own", { routes: [{ host: "a.example", auth: { scheme: "Bearer", token_ref: "x" } }] }],
    ["rules by header", { routes: [{ host: "a.example", matches: [{ headers: { accept: "x" } }] }] }],
    ["detectors on what comes in", { routes: [{ host: "a.example", dlp: { inbound: "block" } }] }],
    ["a sign-in of this computer", { credential: { authToken: null, forwardHostCredentials: true } }],
  ])("is not planned with less than a manifest asks for: %s", async (_, wanted) => {
    await expect(egress(["anthropic_api_key"]).plan({ ...plain, ...wanted })).rejects.toMatchObject({
      code: "unavailable",
    });
  });
});
