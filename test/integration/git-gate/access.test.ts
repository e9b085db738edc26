/** The ways to an upstream: a key of the vault, a token of the vault, the hosts that a person knows; and that no key is where it must not be. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs, { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { syncBuiltinESMExports } from "node:module";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { Secret } from "#node/secret.ts";
import { GitGateWorld } from "#test/git-gate-world.ts";
import { git } from "#test/product/ssh-host.ts";
import { missing } from "#test/requirements.ts";

let world: GitGateWorld;
let upstream: string;
let web: Server | null = null;
afterEach(async () => {
  web?.closeAllConnections();
  web?.close();
  web = null;
  await world?.[Symbol.asyncDispose]();
});

async function pushOne(): Promise<string> {
  const work = await world.clone("api");
  await world.inside(work, "switch", "-qc", "agent/fix");
  const id = await world.commit(work, { a: "1" });
  const ran = await world.inside(work, "push", "-q", "origin", "agent/fix");
  expect(ran).toMatchObject({ code: 0 });
  expect(git(upstream, "rev-parse", "agent/fix")).toBe(id);
  return work;
}

/** Files anywhere in this world that hold it: Cellar's home, its sockets' folder, what is inside. */
function filesWith(needle: string): string[] {
  const { stdout } = spawnSync("grep", ["-rlaF", "--", needle, world.folder.path], { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean);
}

describe.skipIf(missing("sshd", "git", "openssl", "ssh-agent"))("an upstream", () => {
  test("is reached with a key of the vault, which is in no file", async () => {
    let key = "";
    const asked: string[] = [];
    world = await GitGateWorld.open(
      (host) => {
        upstream = host.repository("api");
        key = readFileSync(host.identityFile, "utf8");
        return [{ name: "api", path: upstream, identityFile: null }];
      },
      {
        gitCredential: async (host, path, usedBy) => {
          asked.push(`${host} ${path} ${usedBy}`);
          return { name: "deploy", kind: "ssh-key", userName: "git", secret: new Secret(key) };
        },
      },
    );
    // The host's own copy would be found otherwise.
    writeFileSync(world.host.identityFile, "");
    await pushOne();
    expect(asked[0]).toBe(`127.0.0.1 ${upstream.replace(/\.git$/, "")} git gate of api`);
    expect(filesWith(key.split("\n")[2]!)).toEqual([]);
    // Nothing of an agent is left.
    expect(readdirSync(world.folder.path).filter((name) => name.startsWith("g-"))).toEqual([]);
    expect(await world.gates.check(world.reach())).toEqual(["with git credential 'deploy'"]);
  });

  test("is reached over https with a token of the vault, which is in no argument and no file", async () => {
    const token = "token-of-the-person-0123456789";
    const seen: (string | undefined)[] = [];
    world = await GitGateWorld.open((host) => {
      upstream = host.repository("api");
      return [
        { name: "api", path: upstream, upstream: "https://localhost:1/api.git", identityFile: null, hostKey: null },
      ];
    });
    await world.gates.close("bottle-000000000001");
    await world.stop();
    git(upstream, "config", "http.receivepack", "true");
    const port = await serveWeb(token, seen);
    world.person = { GIT_SSL_CAINFO: world.folder.in("web.pem") };
    world.setUpstream(`https://localhost:${port}/api.git`);
    world.start({
      gitCredential: async (host) => ({
        name: host,
        kind: "token",
        userName: "x-access-token",
        secret: new Secret(token),
      }),
    });
    await world.openBottle();
    await pushOne();
    expect(seen.some((header) => header === `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`)).toBe(
      true,
    );
    expect(filesWith(token)).toEqual([]);
    expect(JSON.stringify(world.events())).not.toContain(token);
  });

  test("whose host key is not pinned has to be one that the person knows", async () => {
    world = await GitGateWorld.open((host) => {
      upstream = host.repository("api");
      return [{ name: "api", path: upstream, hostKey: null }];
    });
    const ls = () => world.inside(world.folder.path, "ls-remote", world.host.url(upstream));
    expect((await ls()).err).toContain("host key is not the one that is pinned, or is not known");
    mkdirSync(world.folder.in("person", ".ssh"), { recursive: true });
    writeFileSync(
      world.folder.in("person", ".ssh", "known_hosts"),
      `[127.0.0.1]:${world.host.port} ${world.host.hostKey}\n`,
    );
    expect((await ls()).code).toBe(0);
  });

  test("is reached by one push while another is just being told the way", async () => {
    world = await GitGateWorld.open((host) => {
      upstream = host.repository("api");
      return [{ name: "api", path: upstream }];
    });
    const ls = () => world.inside(world.folder.path, "ls-remote", world.host.url(upstream));
    expect(await ls()).toMatchObject({ code: 0 });
    const [mirror] = readdirSync(world.folder.in("home", "git-mirrors"));
    const config = world.folder.in("home", "git-mirrors", mirror!, "ssh_config");
    const other = () => {
      const options = { env: { PATH: process.env["PATH"], GIT_SSH_COMMAND: `ssh -F '${config}'` } };
      const ran = spawnSync("git", ["ls-remote", world.host.url(upstream)], { ...options, encoding: "utf8" });
      return ran.status === 0 ? "reached" : ran.stderr;
    };
    // Between the two steps of writing a file: it is there, and nothing is in it.
    const write = fs.writeFileSync;
    const written: string[] = [];
    const said: string[] = [];
    fs.writeFileSync = (path, ...content) => {
      if (/ssh_config|known_hosts/.test(String(path))) {
        written.push(basename(String(path)));
        write(path, "");
        said.push(other());
      }
      write(path, ...content);
    };
    try {
      syncBuiltinESMExports();
      expect(await ls()).toMatchObject({ code: 0 });
    } finally {
      fs.writeFileSync = write;
      syncBuiltinESMExports();
    }
    expect(written).toHaveLength(2);
    expect(said).toEqual(["reached", "reached"]);
  });

  test("without a key, with a host key that is none, or named twice is said before the launch", async () => {
    world = await GitGateWorld.open((host) => {
      upstream = host.repository("api");
      return [{ name: "api", path: upstream }];
    });
    const [api] = world.reach();
    const check = (...more: object[]) => world.gates.check(more.map((each) => ({ ...api!, ...each })));
    await expect(check({ identityFile: null })).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("The vault has no git credential for 127.0.0.1"),
    });
    await expect(check({ knownHostKey: "SHA256:abc" })).rejects.toMatchObject({
      message: expect.stringContaining("is no public host key"),
    });
    await expect(check({ identityFile: '/home/a"b' })).rejects.toMatchObject({
      message: expect.stringContaining("ssh cannot be given the path"),
    });
    await expect(check({}, {})).rejects.toMatchObject({ message: expect.stringContaining("same name api") });
    await expect(check({}, { name: "other" })).rejects.toMatchObject({
      message: expect.stringContaining("same upstream"),
    });
    await expect(check({ upstream: "ssh://-oProxyCommand=x/y" })).rejects.toMatchObject({ code: "invalid_input" });
    expect(await check({})).toEqual(["with your key file"]);
  });
});

/** git's own program behind a real TLS server that wants a token. */
async function serveWeb(token: string, seen: (string | undefined)[]): Promise<number> {
  const at = (name: string) => world.folder.in(name);
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", [...args, ...subject, "-keyout", at("web.key"), "-out", at("web.pem")], { stdio: "ignore" });
  const wanted = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
  web = createServer({ key: readFileSync(at("web.key")), cert: readFileSync(at("web.pem")) }, (request, response) => {
    seen.push(request.headers.authorization);
    if (request.headers.authorization !== wanted) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
      return;
    }
    const { pathname, search } = new URL(request.url ?? "/", "https://localhost");
    const backend = spawn("git", ["http-backend"], {
      env: {
        PATH: process.env["PATH"],
        GIT_PROJECT_ROOT: join(upstream, ".."),
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
        GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
        REMOTE_USER: "agent",
      },
      stdio: ["pipe", "pipe", "inherit"],
    });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on("data", (chunk) => chunks.push(chunk));
    backend.once("close", () => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf("\r\n\r\n");
      const headers = all
        .toString("latin1", 0, end)
        .split("\r\n")
        .map((line) => line.split(": ") as [string, string]);
      const status = headers.find(([name]) => name === "Status")?.[1] ?? "200";
      response.writeHead(
        Number.parseInt(status, 10),
        Object.fromEntries(headers.filter(([name]) => name !== "Status")),
      );
      response.end(all.subarray(end + 4));
    });
  }).listen(0, "127.0.0.1");
  await once(web, "listening");
  return (web.address() as AddressInfo).port;
}
