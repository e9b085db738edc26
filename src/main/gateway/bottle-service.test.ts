import { describe, expect, test } from "vitest";
import { Secret } from "#node/secret.ts";
import { Failure } from "#shared/failure.ts";
import { plainReach } from "#test/product/bottle.ts";
import type { BottleReach } from "../bottles/index.ts";
import { BottleGateways, type BottleGatewaysParts } from "./bottle-service.ts";
import type { Gateways } from "./service.ts";

/** A plan opens nothing, and needs only to know what the vault has. */
const gateways = new BottleGateways({
  gateways: { warmUp: () => {} } as Gateways,
  resolve: async (handle) => {
    if (handle === "github_token") return new Secret("the-real-one");
    if (handle === "locked") throw new Failure("unavailable", "the vault is locked");
    throw new Failure("not_found", `vault handle '${handle}' not found`);
  },
} as Partial<BottleGatewaysParts> as BottleGatewaysParts);
const plan = (more: Partial<BottleReach>) => gateways.plan({ ...plainReach, ...more });
const auth = { scheme: "Bearer", token_ref: "github_token" } as const;

describe("what a bottle may reach", () => {
  test("is said as the gateway reads it", async () => {
    const { allowedHosts, routes, notEnforced } = await plan({
      allowedHosts: ["*.example.org", "example.net:8443"],
      routes: [
        { host: "api.example.com", matches: [{ methods: ["GET"], paths: ["/v1"], headers: { "X-Team": "a*" } }] },
        { host: "c.example.com", dlp: { inbound: "redact", outbound: "supervise" } },
        { host: "api.github.com", auth, matches: [{ methods: ["GET"], paths: ["/repos"] }, { paths: ["/user"] }] },
        { host: "git.example.com:8443", auth: { ...auth, scheme: "token" } },
      ],
    });
    expect(allowedHosts).toEqual([
      "*.example.org",
      "example.net:8443",
      "api.example.com GET /v1 x-team: a*",
      "c.example.com (what goes out: ask, what comes in: redact)",
    ]);
    expect(routes).toEqual([
      "api.github.com [auth:Bearer] GET /repos",
      "api.github.com [auth:Bearer] /user",
      "git.example.com:8443 [auth:token]",
    ]);
    expect(notEnforced).toEqual([]);
    expect(JSON.stringify([allowedHosts, routes])).not.toContain("the-real-one");
  });

  test("does not take in the hosts of a sign-in that is lent: there the program would show its placeholder", async () => {
    const lent = {
      provider: "anthropic",
      credential: { authToken: null, forwardHostCredentials: true },
      allowedHosts: ["api.anthropic.com", "packages.example.org"],
    };
    expect((await plan(lent)).allowedHosts).toEqual(["packages.example.org"]);
    expect((await plan({ ...lent, provider: "openai" })).allowedHosts).toEqual(lent.allowedHosts);
  });

  test("leaves out what the broker serves, unless a manifest says it itself", async () => {
    const served = {
      allowedHosts: ["api.example.com", "*.example.com", "model.example.org:8443", "model.example.org"],
      brokeredHosts: [
        { host: "api.example.com", port: 443 },
        { host: "model.example.org", port: 8443 },
      ],
    };
    expect((await plan(served)).allowedHosts).toEqual(["*.example.com", "model.example.org"]);
    const said = { ...served, routes: [{ host: "api.example.com" }] };
    expect((await plan(said)).allowedHosts).toContain("api.example.com");
  });

  test.each(["api.example.com", "*.example.com"])(
    "is said to be wider than a manifest asks for where its program needs that: %s",
    async (host) => {
      const { notEnforced } = await plan({
        allowedHosts: [host],
        routes: [{ host: "api.example.com", matches: [{ paths: ["/v1"] }] }, { host: "api.example.com" }],
      });
      expect(notEnforced).toEqual([
        "The manifest allows only some requests to api.example.com; the program's own entry allows them all.",
      ]);
    },
  );

  test.each<[string, Partial<BottleReach>, string]>([
    [
      "a credential that is nowhere",
      { routes: [{ host: "a.example", auth: { ...auth, token_ref: "none" } }] },
      "not_found",
    ],
    [
      "a credential in a locked vault",
      { routes: [{ host: "a.example", auth: { ...auth, token_ref: "locked" } }] },
      "unavailable",
    ],
    [
      "a header nobody can send",
      { routes: [{ host: "a.example", matches: [{ headers: { "a b": "x" } }] }] },
      "invalid_input",
    ],
    [
      "a header of the connection",
      { routes: [{ host: "a.example", matches: [{ headers: { Host: "b" } }] }] },
      "invalid_input",
    ],
  ])("is not planned with less than a manifest asks for: %s", async (_, wanted, code) => {
    await expect(plan(wanted)).rejects.toMatchObject({ code });
  });
});
