import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { installationFolder } from "#node/installation.ts";
import { Secret } from "#node/secret.ts";
import { Failure } from "#shared/failure.ts";
import { plainReach } from "#test/product/bottle.ts";
import { BottleBroker, type BottleBrokerParts } from "./bottle-service.ts";
import { readProviders } from "./providers.ts";

const plain = { ...plainReach, programId: "claude", provider: "anthropic" };

/** What a plan needs; nothing is opened. `vault`: the handles there are, or the Failure that asking for any gives. */
function broker(vault: readonly string[] | Failure, vaultExists = true): BottleBroker {
  return new BottleBroker({
    providers: () => readProviders(join(installationFolder, "resources", "providers.toml")),
    resolve: async (handle) => {
      if (vault instanceof Failure) throw vault;
      if (!vault.includes(handle)) throw new Failure("not_found", `vault handle '${handle}' not found.`);
      return new Secret("sk-real");
    },
    vaultExists: () => vaultExists,
  } as Partial<BottleBrokerParts> as BottleBrokerParts);
}

const locked = new Failure("unavailable", "The vault is locked");

describe("a bottle's program reaches its provider", () => {
  test("through the broker, when the vault has the key; only names go into the plan", async () => {
    expect(await broker(["anthropic_api_key"]).plan(plain)).toEqual({
      serves: true,
      brokered: "anthropic",
      routes: ["api.anthropic.com [auth:x-api-key]"],
      environment: ["ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"],
    });
  });

  test("by signing in itself, when there is no key, and the plan says so", async () => {
    for (const none of [broker([]), broker(locked, false)]) {
      const plan = await none.plan(plain);
      expect(plan).toMatchObject({ serves: false });
      expect(plan?.notEnforced?.join()).toContain("anthropic_api_key");
    }
    expect(await broker([]).plan({ ...plain, provider: null })).toBeNull();
  });

  test("with a limit that nothing can keep being said before the launch", async () => {
    const limited = { ...plain, usageLimits: { tokens: 1000, costMicros: null } };
    expect((await broker(["anthropic_api_key"]).plan(limited))?.notEnforced).toBeUndefined();
    for (const plan of [await broker([]).plan(limited), await broker([]).plan({ ...limited, provider: null })]) {
      expect(plan).toMatchObject({ serves: false });
      expect(plan?.notEnforced?.join()).toContain("limit of tokens and cost");
    }
  });

  test("not at all while the vault that may hold the key is locked", async () => {
    await expect(broker(locked).plan(plain)).rejects.toBe(locked);
  });

  test("not without the key that a manifest names", async () => {
    const named = { ...plain, credential: { authToken: "team_key", forwardHostCredentials: false } };
    await expect(broker(["anthropic_api_key"]).plan(named)).rejects.toMatchObject({ code: "not_found" });
    expect(await broker(["team_key"]).plan(named)).toMatchObject({ serves: true });
  });

  test("not by a sign-in of this computer, which nothing lends yet", async () => {
    const wanted = { ...plain, credential: { authToken: null, forwardHostCredentials: true } };
    await expect(broker(["anthropic_api_key"]).plan(wanted)).rejects.toMatchObject({ code: "unavailable" });
  });
});
