import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { installationFolder } from "#node/installation.ts";
import { Secret } from "#node/secret.ts";
import { Failure } from "#shared/failure.ts";
import { plainReach } from "#test/product/bottle.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import type { BottleReach } from "../bottles/index.ts";
import { BottleBroker, type BottleBrokerParts } from "./bottle-service.ts";
import { readProviders } from "./providers.ts";

const plain = { ...plainReach, programId: "claude", provider: "anthropic" };

/** What a plan needs; nothing is opened. `vault`: the handles there are, or the Failure that asking for any gives. */
function broker(
  vault: readonly string[] | Failure,
  vaultExists = true,
  loginEnvironment: Record<string, string> = {},
): BottleBroker {
  return new BottleBroker({
    providers: () => readProviders(join(installationFolder, "resources", "providers.toml")),
    resolve: async (handle) => {
      if (vault instanceof Failure) throw vault;
      if (!vault.includes(handle)) throw new Failure("not_found", `vault handle '${handle}' not found.`);
      return new Secret("sk-real");
    },
    vaultExists: () => vaultExists,
    loginEnvironment: async () => loginEnvironment,
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
      brokeredHosts: [{ host: "api.anthropic.com", port: 443 }],
      onlyBrokered: ["api.anthropic.com"],
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

  describe("by the person's own sign-in, where a manifest lends it", () => {
    const home = new TemporaryFolder("lent");
    afterAll(() => home[Symbol.dispose]());
    const lent = { authToken: null, forwardHostCredentials: true };
    const from = (folder: string) => broker([], true, { HOME: folder });

    test("which is said in plain words, and nothing of it", async () => {
      mkdirSync(home.in("one", ".claude"), { recursive: true });
      const tokens = { accessToken: "real-access", refreshToken: "real-refresh" };
      writeFileSync(home.in("one", ".claude", ".credentials.json"), JSON.stringify({ claudeAiOauth: tokens }));
      const plan = await from(home.in("one")).plan({ ...plain, credential: lent });
      expect(plan).toEqual({
        serves: true,
        routes: [
          "api.anthropic.com [auth:Bearer] with your sign-in of Claude Code on this computer: it asks in your name and on your subscription, and is refreshed outside; inside is a placeholder",
        ],
        environment: ["ANTHROPIC_BASE_URL"],
        brokered: "claude-subscription",
        files: [".claude/.credentials.json"],
        onlyBrokered: ["api.anthropic.com", "platform.claude.com", "console.anthropic.com"],
      });
    });

    test.each<[string, Partial<BottleReach>, string, RegExp]>([
      ["there is none", { credential: lent }, "not_found", /\.claude\/\.credentials\.json is not there/],
      [
        "there is none of Codex",
        { provider: "openai", credential: lent },
        "not_found",
        /\.codex\/auth\.json is not there/,
      ],
      [
        "it is of another provider",
        { provider: "mistral", credential: lent },
        "invalid_input",
        /Only a sign-in of Claude Code and Codex/,
      ],
      ["the program has no provider", { provider: null, credential: lent }, "invalid_input", /Only a sign-in of/],
      ["a key of the vault is named too", { credential: { ...lent, authToken: "key" } }, "invalid_input", /not both/],
    ])("and nothing is launched when %s", async (_, more, code, message) => {
      const planned = from(home.in("nobody")).plan({ ...plain, ...more });
      await expect(planned).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    });

    test("and a file without one is said to be that", async () => {
      mkdirSync(home.in("two", ".codex"), { recursive: true });
      writeFileSync(home.in("two", ".codex", "auth.json"), '{"OPENAI_API_KEY":"sk-secret"}');
      const planned = from(home.in("two")).plan({ ...plain, provider: "openai", credential: lent });
      await expect(planned).rejects.toMatchObject({
        message: expect.stringMatching(/holds no sign-in by subscription$/),
      });
      await expect(planned).rejects.not.toThrow("sk-secret");
    });
  });
});
