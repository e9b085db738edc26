/** What decides about a sandbox, by table, and what carries its ends. */
import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { openPolicy, sandboxRequest } from "./enclosure.ts";
import { Tail } from "./piped.ts";
import { serverAddress } from "./server.ts";
import { redeem, Tickets } from "./tickets.ts";

test.each([
  ["https://sandboxes.example", "https://sandboxes.example/v1"],
  ["https://sandboxes.example/v1/", "https://sandboxes.example/v1"],
  [" http://127.0.0.1:18763/v1 ", "http://127.0.0.1:18763/v1"],
  ["http://localhost:8080", "http://localhost:8080/v1"],
  ["http://[::1]:8080/behind/v1", "http://[::1]:8080/behind/v1"],
  ["http://sandboxes.example/v1", /https/],
  ["http://192.168.1.5:8080", /https/],
  ["http://127.0.0.1.evil.example", /https/],
  ["ftp://sandboxes.example", /https/],
  ["https://name:key@sandboxes.example", /vault/],
  ["https://sandboxes.example/?key=1", /vault/],
  ["sandboxes", /no address/],
])("the address %s", (entered, expected) => {
  if (typeof expected === "string") expect(serverAddress(entered)).toBe(expected);
  else expect(() => serverAddress(entered)).toThrow(expected);
});

const closed = { enforcementMode: "dns+nft", policy: { defaultAction: "deny", egress: [] } };
test.each([
  ["closed", closed, null],
  ["closed, without a list", { ...closed, policy: { defaultAction: "deny" } }, null],
  [
    "closed, with a list of nothing but refusals",
    { ...closed, policy: { defaultAction: "deny", egress: [{ action: "deny", target: "a" }] } },
    null,
  ],
  ["by names only", { ...closed, enforcementMode: "dns" }, /names only/],
  ["by nobody knows what", { ...closed, enforcementMode: undefined }, /names only/],
  ["open", { ...closed, policy: { defaultAction: "allow", egress: [] } }, /did not take/],
  [
    "open to somebody",
    { ...closed, policy: { defaultAction: "deny", egress: [{ action: "allow", target: "a.example" }] } },
    /lets it out/,
  ],
  ["of a shape of its own", { ...closed, policy: { defaultAction: "deny", egress: "none" } }, /cannot be read/],
  ["silent", null, /did not take/],
])("a network that is %s", (_what, answer, expected) => {
  if (expected === null) expect(openPolicy(answer)).toBeNull();
  else expect(openPolicy(answer)).toMatch(expected);
});

test("a sandbox is asked for with a policy that is not empty, and without an end of its own", () => {
  const limits = { memory: 1024 ** 3, processes: 1, fileSize: 1, home: 1, temporary: 1 };
  const request = sandboxRequest({ image: "i", limits, bottleId: "bottle-0123456789ab", home: "h" });
  expect(request).toMatchObject({ networkPolicy: { defaultAction: "deny" }, resourceLimits: { memory: "1024Mi" } });
  expect(request).not.toHaveProperty("timeout");
  expect(request).not.toHaveProperty("env");
});

test("the end of a stream is found however it is cut, and nothing of the stream is lost or held back for long", () => {
  const token = "aabbaabbaabbaabb";
  const stream = Buffer.from(`x${"a".repeat(40)}aabbaabb\n${token}007`);
  for (let cut = 1; cut < stream.length; cut++) {
    const tail = new Tail(token);
    const out = [tail.take(stream.subarray(0, cut)), tail.take(stream.subarray(cut))];
    expect(Buffer.concat(out).toString()).toBe(`x${"a".repeat(40)}aabbaabb\n`);
    expect(tail.code).toBe(7);
  }
  const tail = new Tail(token);
  expect(tail.take(Buffer.from("no end yet")).toString()).toBe("no end yet");
  expect(tail.code).toBeNull();
});

test("a ticket is good once, and only while somebody is there who issued it", async () => {
  using place = new TemporaryFolder("tickets");
  const directory = place.in("bottle");
  mkdirSync(directory);
  const tickets = new Tickets();
  const ticket = { execd: { url: "http://127.0.0.1/", headers: { key: "secret" } }, argv: ["true"], tty: false };
  const name = await tickets.issue(directory, ticket);
  await expect(redeem(directory, "0".repeat(32))).rejects.toMatchObject({ code: "unavailable" });
  expect(await redeem(directory, name)).toEqual(ticket);
  await expect(redeem(directory, name)).rejects.toThrow(/started before/);
  tickets.closeAll();
  await expect(redeem(directory, name)).rejects.toThrow(/Cellar does not answer/);
});
