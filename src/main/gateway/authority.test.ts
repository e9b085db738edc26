/** The bottle's authority against the programs that check certificates: which names they take from it, and what survives a restart. */
import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, isIP } from "node:net";
import { connect, TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { missing } from "#test/requirements.ts";
import { Authority } from "./authority.ts";
import { javaBags, javaTrustStore, trustEnvironment, trustFileNames, writeTrustFiles } from "./trust-files.ts";

const run = promisify(execFile);
let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder("authority");
});
afterEach(() => folder[Symbol.dispose]());

/** What a client that trusts only `authority` says about its certificate for `host`: null when it takes it. */
async function verdict(authority: Authority, host: string): Promise<string | null> {
  const secureContext = await authority.contextFor(host);
  const server = createServer((socket) => {
    new TLSSocket(socket, { isServer: true, secureContext }).on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const servername = isIP(host) ? {} : { servername: host };
  const client = connect({ port, host: "127.0.0.1", ca: authority.certificate, ...servername });
  try {
    await once(client, "secureConnect");
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    client.destroy();
    server.close();
  }
}

describe("a bottle's certificate authority", () => {
  test("signs for its hosts, and clients refuse what it signs for another", async () => {
    const authority = await Authority.open(folder.path, ["api.example.org", "*.test.example.com"]);
    expect(await verdict(authority, "api.example.org")).toBeNull();
    expect(await verdict(authority, "one.test.example.com")).toBeNull();
    expect(await verdict(authority, "example.org")).toMatch("permitted subtree violation");
    expect(await verdict(authority, "google.com")).toMatch("permitted subtree violation");
  });

  test("signs for no address when none is among its hosts, and for no name when there is none", async () => {
    const names = await Authority.open(folder.path, ["api.example.org"]);
    const none = await Authority.open(folder.path, []);
    expect(await verdict(names, "127.0.0.1")).toMatch("excluded subtree violation");
    expect(await verdict(await Authority.open(folder.path, ["127.0.0.1"]), "127.0.0.1")).toBeNull();
    expect(await verdict(none, "example.org")).toMatch("permitted subtree violation");
  });

  test("says so critically, and can sign no further authority", async () => {
    const { certificate } = await Authority.open(folder.path, ["api.example.org"]);
    writeFileSync(folder.in("ca.pem"), certificate);
    const { stdout } = await run("openssl", ["x509", "-in", folder.in("ca.pem"), "-noout", "-text"]);
    expect(stdout).toMatch(/Name Constraints: critical\s+Permitted:\s+DNS:api\.example\.org/);
    expect(stdout).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
  });

  test("keeps its key, unreadable for others, over a restart and over a new host", async () => {
    const before = await Authority.open(folder.path, ["a.example"]);
    const again = await Authority.open(folder.path, ["a.example", "b.example"]);
    expect(
      new X509Certificate(again.certificate).publicKey.equals(new X509Certificate(before.certificate).publicKey),
    ).toBe(true);
    expect(await verdict(again, "b.example")).toBeNull();
    expect(statSync(folder.in("gateway-ca-key.pem")).mode & 0o777).toBe(0o600);
  });

  test("is not made anew over a damaged key: programs that trust the old one would break without a word", async () => {
    await Authority.open(folder.path, ["a.example"]);
    writeFileSync(folder.in("gateway-ca-key.pem"), "-----BEGIN PRIVATE KEY-----\nnonsense\n");
    await expect(Authority.open(folder.path, ["a.example"])).rejects.toThrow("damaged");
  });
});

describe("the files a bottle trusts", () => {
  test("are the certificate alone, and the system's roots with it", async () => {
    const { certificate } = await Authority.open(folder.path, ["a.example"]);
    mkdirSync(folder.in("trust"));
    writeTrustFiles(folder.in("trust"), certificate);
    const alone = readFileSync(folder.in("trust", trustFileNames.certificate), "utf8");
    expect(new X509Certificate(alone).subject).toContain("Cellar");
    const bundle = readFileSync(folder.in("trust", trustFileNames.bundle), "utf8");
    expect(bundle.match(/BEGIN CERTIFICATE/g)!.length).toBeGreaterThan(100);
    expect(bundle).toContain(alone.trim());
    for (const name of Object.values(trustFileNames))
      expect(statSync(folder.in("trust", name)).mode & 0o777).toBe(0o644);
    expect(Object.values(trustEnvironment("/etc/cellar")).every((value) => value.includes("/etc/cellar/"))).toBe(true);
  });

  test.skipIf(missing("keytool"))("are read by Java as trusted certificates", async () => {
    const { certificate } = await Authority.open(folder.path, ["a.example"]);
    writeFileSync(folder.in("store.p12"), javaTrustStore(javaBags([certificate], "root")));
    const { stdout } = await run("keytool", ["-list", "-keystore", folder.in("store.p12"), "-storepass", "changeit"]);
    expect(stdout).toMatch(/root-0.*trustedCertEntry/);
  });
});
