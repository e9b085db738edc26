/** Hosts whose rules look inside: under the bottle's own authority, for every client that is here, and for no other host. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect as connectTls } from "node:tls";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { Secret } from "#node/secret.ts";
import type { GatewayRuleInput } from "#shared/contract/gateway.ts";
import { bottleId, World } from "#test/gateway-world.ts";
import { missing } from "#test/requirements.ts";

let world: World;
afterEach(() => world?.[Symbol.asyncDispose]());

type More = Parameters<typeof World.open>[1];

async function site(fields: Partial<GatewayRuleInput>, more: More = {}) {
  world = await World.open([], more);
  const seen: { url: string; authorization: string | undefined; coding: string | undefined; body: string }[] = [];
  const { port, server } = await world.https("api.example.org", async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({
      url: request.url!,
      authorization: request.headers.authorization,
      coding: request.headers["content-encoding"],
      body,
    });
    response.end(`inside ${request.url}`);
  });
  world.allow("api.example.org", port, fields);
  await world.gateways.trusted(bottleId);
  return { seen, port, server, url: `https://api.example.org:${port}` };
}
const looking = { paths: ["/v1"], methods: ["GET", "POST"] };

/** What {@link World.run} gives programs is the upstream's authority; a bottle trusts its gateway's. */
const trusting = () => ({
  SSL_CERT_FILE: world.trustBundle,
  CURL_CA_BUNDLE: world.trustBundle,
  GIT_SSL_CAINFO: world.trustBundle,
  NODE_EXTRA_CA_CERTS: `${world.trustFolder}/cellar-ca.pem`,
  NODE_USE_ENV_PROXY: "1",
});
const python = "import sys,urllib.request;print(urllib.request.urlopen(sys.argv[1],timeout=20).read().decode())";
const node = `fetch(process.argv[1]).then(async r=>console.log(await r.text()),e=>console.log(e.cause?.message??e.message))`;

describe("a host that is looked into", () => {
  test.skipIf(missing("curl", "python3"))(
    "is taken by curl, Python and Node, each request decided by its path",
    async () => {
      const { url, seen } = await site(looking);
      expect(await world.run("curl", ["-sS", `${url}/v1/c`], trusting())).toMatchObject({
        out: "inside /v1/c",
        err: "",
      });
      expect(await world.run("python3", ["-c", python, `${url}/v1/p`], trusting())).toMatchObject({
        out: "inside /v1/p\n",
      });
      expect(await world.run(process.execPath, ["-e", node, `${url}/v1/n`], trusting())).toMatchObject({
        out: "inside /v1/n\n",
      });
      const refused = await world.run("curl", ["-sSi", `${url}/admin?secret=1`], trusting());
      expect(refused.out).toMatch(/^HTTP\/1\.1 403[\s\S]*HTTP\/1\.1 403|HTTP\/1\.1 403/);
      expect(refused.out).toContain("reason=path_not_allowed");
      expect(seen.map((each) => each.url)).toEqual(["/v1/c", "/v1/p", "/v1/n"]);
      expect(world.decisions().filter(({ intercepted }) => intercepted).length).toBe(3);
      expect(JSON.stringify(world.decisions())).not.toContain("secret");
    },
  );

  test.skipIf(missing("git"))("is cloned from over HTTPS by git", async () => {
    world = await World.open([]);
    const repository = world.folder.in("repositories", "one.git");
    mkdirSync(repository, { recursive: true });
    execFileSync("git", ["init", "-q", "--bare", "--initial-branch=main", repository]);
    const work = world.folder.in("work");
    execFileSync("git", ["init", "-q", "--initial-branch=main", work]);
    writeFileSync(`${work}/README`, "hello");
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", "-C", work, ...args]);
    git("add", ".");
    git("commit", "-q", "-m", "one");
    git("push", "-q", repository, "main");
    execFileSync("git", ["-C", repository, "update-server-info"]);
    const { port } = await world.https("git.example.org", (request, response) => {
      try {
        response.end(readFileSync(world.folder.in("repositories", decodeURI(request.url!.split("?")[0]!))));
      } catch {
        response.writeHead(404).end();
      }
    });
    world.allow("git.example.org", port, { paths: ["/one.git"], methods: ["GET"] });
    await world.gateways.trusted(bottleId);
    const cloned = await world.run("git", ["clone", "-q", `https://git.example.org:${port}/one.git`], trusting());
    expect(cloned).toMatchObject({ code: 0 });
    expect(readFileSync(world.folder.in("inside", "one", "README"), "utf8")).toBe("hello");
    const other = await world.run("git", ["clone", "-q", `https://git.example.org:${port}/two.git`], trusting());
    expect(other.err).toContain("403");
  });

  test.skipIf(missing("java", "javac"))("is trusted by Java", async () => {
    const { url } = await site(looking);
    writeFileSync(
      world.folder.in("Ask.java"),
      `import java.net.*; public class Ask { public static void main(String[] a) throws Exception {
        var proxy = new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", ${world.port}));
        System.out.println(new String(new URL(a[0]).openConnection(proxy).getInputStream().readAllBytes())); } }`,
    );
    const trust = `-Djavax.net.ssl.trustStore=${world.trustFolder}/truststore.p12`;
    expect(await world.run("java", [trust, world.folder.in("Ask.java"), `${url}/v1/j`])).toMatchObject({
      out: "inside /v1/j\n",
    });
  });

  test("passes a WebSocket", async () => {
    const { port, server } = await site(looking);
    new WebSocketServer({ server }).on("connection", (socket) =>
      socket.on("message", (data) => socket.send(`echo ${data}`)),
    );
    const tunnel = await world.tunnel(`api.example.org:${port}`);
    const ca = readFileSync(world.trustBundle, "utf8");
    const secured = connectTls({ socket: tunnel, servername: "api.example.org", ca });
    await once(secured, "secureConnect");
    const client = new WebSocket(`ws://api.example.org:${port}/v1/chat`, { createConnection: () => secured as never });
    await once(client, "open");
    client.send("hello");
    expect(String((await once(client, "message"))[0])).toBe("echo hello");
    client.close();
    await once(client, "close");
  });

  test("is verified on its other side: a certificate for another name is no answer", async () => {
    world = await World.open([]);
    const { port } = await world.https("api.example.org", (_, response) => response.end("secret"));
    world.names.set("other.example.org", "127.0.0.1");
    world.allow("other.example.org", port, looking);
    await world.gateways.trusted(bottleId);
    const { out } = await world.run("curl", ["-sSi", `https://other.example.org:${port}/v1`], trusting());
    expect(out).toContain("reason=upstream_tls_failed");
    expect(out).not.toContain("secret");
  });

  test("speaks HTTP/1.1, also to a client that would rather not", async () => {
    const { url } = await site(looking);
    const { out } = await world.run(
      "curl",
      ["-sS", "--http2", "-o", "/dev/null", "-w", "%{http_version}", `${url}/v1`],
      trusting(),
    );
    expect(out).toBe("1.1");
  });
});

test("a host that is not looked into passes under its own certificate", async () => {
  const { url } = await site({});
  expect(await world.run("curl", ["-sS", `${url}/x`], { CURL_CA_BUNDLE: world.folder.in("ca.pem") })).toMatchObject({
    out: "inside /x",
  });
  expect((await world.run("curl", ["-sS", `${url}/x`], trusting())).code).toBe(60);
});

test("the authority and the socket are the same after a restart of main, and clients go on as if nothing had been", async () => {
  const { url, port } = await site(looking);
  const before = readFileSync(`${world.trustFolder}/cellar-ca.pem`, "utf8");
  writeFileSync(world.folder.in("before.pem"), before);
  world.stop();
  world.start();
  await world.openBottle([]);
  await world.gateways.trusted(bottleId);
  const { out } = await world.run("curl", ["-sS", `${url}/v1`], { CURL_CA_BUNDLE: world.folder.in("before.pem") });
  expect(out).toBe("inside /v1");
  expect(world.gateways.list.get(bottleId)?.intercepted).toEqual(["api.example.org"]);
  expect(port).toBeGreaterThan(0);
});

describe("detectors", () => {
  const value = 'vault/"value"+of=the&person%';
  const detect = (action: "block" | "redact" | "ask", more = {}) => ({
    detectors: { tokens: action, secrets: action, uploads: "off" as const, uploadBytes: 10_000_000, ...more },
  });
  const knownSecrets = () => [new Secret(value)];
  const post = (url: string, body: string, ...args: string[]) =>
    world.run("curl", ["-sSi", "--data-binary", "@-", ...args, url], trusting(), body);
  const github = `ghp_${"aB3dE5gH7j".repeat(4)}`;

  test.each<[string, string]>([
    ["raw", value],
    ["base64", Buffer.from(value).toString("base64")],
    ["base64 one byte later", Buffer.from(`x${value}`).toString("base64")],
    ["base64 two bytes later", Buffer.from(`xy${value}`).toString("base64")],
    ["base64url", Buffer.from(value).toString("base64url")],
    ["URL", encodeURIComponent(value)],
    ["JSON", JSON.stringify({ value })],
    ["hex", Buffer.from(value).toString("hex")],
    ["HEX", Buffer.from(value).toString("hex").toUpperCase()],
    ["hex with spaces", Buffer.from(value).toString("hex").replace(/../g, "$& ")],
    ["every byte escaped", Buffer.from(value).toString("hex").replace(/../g, "%$&")],
    [
      "base64 with its lines broken",
      Buffer.from(`${"x".repeat(50)}${value}`)
        .toString("base64")
        .replace(/.{76}/g, "$&\n"),
    ],
    ["a GitHub token", github],
    [
      "a private key",
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${"b3BlbnNzaC1rZXk\n".repeat(20)}-----END OPENSSH PRIVATE KEY-----`,
    ],
  ])("block a body with it, and what arrives never has it: %s", async (_, text) => {
    const { url, seen } = await site(detect("block"), { knownSecrets });
    const { out } = await post(`${url}/x`, `before ${text} after`);
    expect(out).toContain("reason=detected");
    expect(out).not.toContain(text);
    expect(seen).toEqual([]);
  });

  test("redact it, in the body, the address and a header, and keep the length", async () => {
    const { url, seen } = await site(detect("redact"), { knownSecrets });
    const body = JSON.stringify({ a: value, token: github, b: "kept" });
    const { out } = await post(
      `${url}/x?key=${encodeURIComponent(value)}`,
      body,
      "-H",
      `Authorization: Bearer ${github}`,
    );
    expect(out).toContain("inside");
    expect(seen[0]!.body.length).toBe(body.length);
    expect(JSON.parse(seen[0]!.body)).toMatchObject({ b: "kept", token: "*".repeat(github.length) });
    expect(seen[0]!.authorization).toBe(`Bearer ${"*".repeat(github.length)}`);
    expect(seen[0]!.url).toBe(`/x?key=${"*".repeat(encodeURIComponent(value).length)}`);
    expect(JSON.stringify(world.decisions())).not.toContain(github);
  });

  test.each<[string, (host: string) => string, string[]]>([
    ["a user and password", () => "/x", ["-u", `me:${github}`]],
    ["a header's name", () => "/x", ["-H", `X-${github}: 1`]],
    ["the host's name", (host) => `//ghp-${"a".repeat(36)}.${host}/x`, []],
  ])("find it in %s, too", async (name, target, args) => {
    const { url, seen, port } = await site(detect("block"), {
      knownSecrets: () => [new Secret(`ghp-${"a".repeat(36)}`)],
    });
    world.allow("*.api.example.org", port, detect("block"));
    await world.gateways.trusted(bottleId);
    const { out } = await world.run(
      "curl",
      ["-sSi", ...args, new URL(target(new URL(url).host), url).href],
      trusting(),
    );
    expect([name, out]).toEqual([name, expect.stringContaining("reason=detected")]);
    expect(seen).toEqual([]);
    expect(world.lookups.join()).not.toContain("ghp-");
  });

  test("ask, hold what was found, and let it pass this once", async () => {
    const { url, seen } = await site(detect("ask"), { knownSecrets });
    world.holdSeconds = 20;
    const asking = post(`${url}/x`, github);
    const { id, detail } = await world.decision(({ outcome }) => outcome === "waiting");
    expect(detail).toBe("The body holds what looks like a GitHub token");
    expect(seen).toEqual([]);
    expect(world.gateways.allow(id, "bottle")).toBeNull();
    expect((await asking).out).toContain("inside");
    expect(seen).toMatchObject([{ body: github }]);
    const second = post(`${url}/x`, github);
    const again = await world.decision((decision) => decision.outcome === "waiting");
    world.gateways.refuse(again.id);
    expect((await second).out).toContain("reason=detected");
  });

  test("block an upload that is too large, and a body that cannot be read", async () => {
    const { url } = await site({ detectors: { tokens: "block", secrets: "off", uploads: "block", uploadBytes: 5000 } });
    expect((await post(`${url}/x`, "x ".repeat(1000))).out).toContain("inside");
    for (const pairs of [10_000, 2_000_000]) {
      expect((await post(`${url}/x`, "x ".repeat(pairs))).out).toContain("reason=detected");
    }
    expect((await post(`${url}/x`, "x", "-H", "Content-Encoding: rot13")).out).toContain("cannot be looked into");
    expect((await post(`${url}/x`, "no gzip", "-H", "Content-Encoding: gzip")).out).toContain("cannot be looked into");
  });

  test.each<[string, (text: string) => Buffer]>([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
  ])("read a body that is compressed, and let it go on plain: %s", async (coding, compress) => {
    const { url, seen } = await site(detect("block"), { knownSecrets });
    const send = async (text: string) => {
      writeFileSync(world.folder.in("body"), compress(text));
      const body = ["--data-binary", `@${world.folder.in("body")}`, "-H", `Content-Encoding: ${coding}`];
      const { out } = await world.run("curl", ["-sSi", ...body, `${url}/x`], trusting());
      return out;
    };
    const plain = "nothing to find. ".repeat(10_000);
    expect(await send(plain)).toContain("inside");
    expect(seen).toMatchObject([{ body: plain, coding: undefined }]);
    expect(await send(`before ${value} after`)).toContain("reason=detected");
    expect(seen.length).toBe(1);
  });

  test("find what stands in a part of a form, in pieces of a body, and behind the escapes of JSON", async () => {
    const { url, seen } = await site(detect("block"), { knownSecrets });
    const form = await world.run(
      "curl",
      ["-sSi", "-F", "a=plain", "-F", `file=token ${github};filename=x`, `${url}/x`],
      trusting(),
    );
    expect(form.out).toContain("reason=detected");
    const escaped = [...value].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
    const json = await post(`${url}/x`, `{"a":"${escaped}"}`, "-H", "Content-Type: application/json");
    expect(json.out).toContain("reason=detected");
    const { host, hostname } = new URL(url);
    const pieces = connectTls({
      socket: await world.tunnel(host),
      servername: hostname,
      ca: readFileSync(world.trustBundle),
    });
    pieces.write(`POST /x HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    for (const letter of `a ${github} b`) pieces.write(`1\r\n${letter}\r\n`);
    pieces.write("0\r\n\r\n");
    expect(String((await once(pieces, "data"))[0])).toContain("reason=detected");
    expect(seen).toEqual([]);
  });

  test("leave the answer of the host alone, and everything without a finding unchanged", async () => {
    const { url, seen } = await site(detect("block"), { knownSecrets });
    const body = Array.from({ length: 20_000 }, (_, n) => `line ${n} sk-${n} eyJ vault/ ghp_`).join("\n");
    expect((await post(`${url}/x`, body)).out).toContain("inside");
    expect(seen[0]!.body).toBe(body);
  });
});
