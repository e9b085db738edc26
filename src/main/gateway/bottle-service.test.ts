import { describe, expect, test } from "vitest";
import { plainReach } from "#test/product/bottle.ts";
import type { BottleReach } from "../bottles/index.ts";
import { BottleGateways, type BottleGatewaysParts } from "./bottle-service.ts";

/** A plan opens nothing, and so needs nothing. */
const gateways = new BottleGateways({} as BottleGatewaysParts);

describe("what a bottle may reach", () => {
  test("is said as the gateway reads it", async () => {
    const { allowedHosts } = await gateways.plan({
      ...plainReach,
      allowedHosts: ["*.example.org", "example.net:8443"],
      routes: [{ host: "api.example.com", matches: [{ methods: ["GET"], paths: ["/v1"] }] }],
    });
    expect(allowedHosts).toEqual(["*.example.org", "example.net:8443", "api.example.com GET /v1"]);
  });

  test.each<[string, Partial<BottleReach>]>([
    ["supervision", { supervise: true }],
    ["a credential of a route's own", { routes: [{ host: "a.example", auth: { scheme: "Bearer", token_ref: "x" } }] }],
    ["rules by header", { routes: [{ host: "a.example", matches: [{ headers: { accept: "x" } }] }] }],
    ["detectors on what comes in", { routes: [{ host: "a.example", dlp: { inbound: "block" } }] }],
  ])("is not planned with less than a manifest asks for: %s", async (_, wanted) => {
    await expect(gateways.plan({ ...plainReach, ...wanted })).rejects.toMatchObject({ code: "unavailable" });
  });
});
