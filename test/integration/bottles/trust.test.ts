/** What programs inside a real bottle trust: hosts that are looked into, from the start and from a rule on, and all others as they are. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { JoinedServices } from "#main/bottles/index.ts";
import { BottleGateways } from "#main/gateway/bottle-service.ts";
import { Secret } from "#node/secret.ts";
import { gatewayRuleFields } from "#shared/contract/gateway.ts";
import { World } from "#test/gateway-world.ts";
import { plainReach } from "#test/product/bottle.ts";
import { ServedBottle } from "#test/product/served-bottle.ts";
import { missing } from "#test/requirements.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

const value = "the-real-value-of-it";

/** A bottle whose manifest has a route with a credential to `api.example.org`, and three hosts; `later` and `unread` are on no rule yet. */
async function bottle() {
  const world = new World();
  open.push(world);
  world.start();
  const seen: (string | undefined)[] = [];
  const site = (name: string) =>
    world.https(name, (request, response) => {
      seen.push(request.headers.authorization);
      try {
        response.end(readFileSync(world.folder.in("served", decodeURI(request.url!.split("?")[0]!))));
      } catch {
        response.writeHead(404).end();
      }
    });
  mkdirSync(world.folder.in("served"));
  writeFileSync(world.folder.in("served", "page"), "what it serves");
  const [api, later, unread] = [
    await site("api.example.org"),
    await site("later.example.org"),
    await site("unread.example.org"),
  ];
  const services = new JoinedServices([
    new BottleGateways({
      gateways: world.gateways,
      knownSecrets: () => [],
      resolve: async () => new Secret(value),
    }),
  ]);
  const route = {
    host: `api.example.org:${api.port}`,
    auth: { scheme: "Bearer" as const, token_ref: "api_token" },
    matches: [{ methods: ["GET"] }],
  };
  const served = await ServedBottle.start({
    services,
    reach: { ...plainReach, routes: [route] },
    program: process.execPath,
  });
  open.push(served);
  // The hosts of this test are on this computer, which a manifest cannot say.
  const allow = (name: string, port: number, more = {}) => {
    const scope = { type: "bottle", bottleId: served.id } as const;
    world.gateways.addRule(
      gatewayRuleFields.parse({ host: name, ports: [port], privateAddresses: true, ...more }),
      scope,
    );
    return world.gateways.trusted(served.id);
  };
  await allow("api.example.org", api.port, { methods: ["GET"] });
  return { world, served, seen, allow, api, later, unread };
}

const node =
  "fetch(process.argv[1]).then(async r=>console.log(await r.text()),e=>console.log(e.cause?.message??e.message))";
const python = "import sys,urllib.request;print(urllib.request.urlopen(sys.argv[1],timeout=20).read().decode())";
const java = `import java.net.*; public class Ask { public static void main(String[] a) throws Exception {
  System.out.println(new String(new URI(a[0]).toURL().openConnection().getInputStream().readAllBytes())); } }`;

/** Name of the program, what it needs here, and how it asks; each says `what it serves`. */
const programs: [
  name: string,
  needs: string[],
  ask: (served: ServedBottle, url: string) => Promise<{ stdout: string; stderr: string }>,
][] = [
  ["curl", ["curl"], (served, url) => served.run(["curl", "-sS", `${url}/page`])],
  ["Node", [], (served, url) => served.run([process.execPath, "-e", node, `${url}/page`])],
  ["Python", ["python3"], (served, url) => served.run(["/usr/bin/python3", "-c", python, `${url}/page`])],
  [
    "OpenSSL",
    ["openssl"],
    async (served, url) => {
      const { host } = new URL(url);
      const script = `openssl s_client -proxy 127.0.0.1:9099 -connect ${host} -servername ${host.split(":")[0]} -CAfile "$SSL_CERT_FILE" -verify_return_error </dev/null 2>&1 | grep -q 'Verification: OK' && echo what it serves`;
      return served.shell(script);
    },
  ],
  [
    "git",
    ["git"],
    async (served, url) => {
      const { stdout, stderr } = await served.shell(`git clone -q ${url}/one.git cloned && cat cloned/page`);
      return { stdout, stderr };
    },
  ],
  [
    "Java",
    ["java"],
    async (served, url) => {
      writeFileSync(`${served.workspace}/Ask.java`, java);
      return served.run(["java", "Ask.java", `${url}/page`]);
    },
  ],
];

function serveRepository(world: World): void {
  const work = world.folder.in("repository");
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { stdio: "ignore" });
  git("init", "-q", "--initial-branch=main", work);
  writeFileSync(`${work}/page`, "what it serves");
  git("-C", work, "add", ".");
  git("-C", work, "commit", "-q", "-m", "one");
  git("clone", "-q", "--bare", work, world.folder.in("served", "one.git"));
  git("-C", world.folder.in("served", "one.git"), "update-server-info");
}

describe.skipIf(missing("bwrap"))("inside a bottle", () => {
  for (const [name, needs, ask] of programs) {
    test.skipIf(missing(...needs))(
      `${name} trusts a host that is looked into from the launch on, and one that a rule adds later when it is started anew`,
      async () => {
        const { world, served, allow, seen, api, later, unread } = await bottle();
        serveRepository(world);
        const url = (host: string, { port }: { port: number }) => `https://${host}.example.org:${port}`;
        const ran = await ask(served, url("api", api));
        expect([name, ran.stdout.trim(), ran.stderr]).toEqual([name, "what it serves", expect.anything()]);
        if (name !== "OpenSSL") expect(new Set(seen)).toEqual(new Set([`Bearer ${value}`]));
        // Not looked into: its own certificate, whose authority nobody in the bottle knows.
        await allow("unread.example.org", unread.port);
        expect((await ask(served, url("unread", unread))).stdout).not.toContain("what it serves");
        seen.length = 0;
        await served.shell("rm -rf cloned");
        await allow("later.example.org", later.port, { methods: ["GET"] });
        expect((await ask(served, url("later", later))).stdout.trim()).toBe("what it serves");
        expect(new Set(seen)).toEqual(new Set(name === "OpenSSL" ? [] : [undefined]));
        expect(JSON.stringify(ran)).not.toContain(value);
      },
      120_000,
    );
  }

  test("a host that is not looked into is seen under its own certificate, and a looked-into one under the bottle's", async () => {
    const { world, served, allow, api, unread } = await bottle();
    await allow("unread.example.org", unread.port);
    const issuer = async (host: string, { port }: { port: number }) => {
      const name = `${host}.example.org`;
      const script = `openssl s_client -proxy 127.0.0.1:9099 -connect ${name}:${port} -servername ${name} </dev/null 2>/dev/null | openssl x509 -noout -issuer`;
      return (await served.shell(script)).stdout;
    };
    expect(await issuer("unread", unread)).toContain("Test CA");
    expect(await issuer("api", api)).toContain("Cellar gateway of one bottle");
    const read = world.decisions().filter(({ host, intercepted }) => host === "unread.example.org" && intercepted);
    expect(read).toEqual([]);
  });

  test("the authority is constrained to the names it is for, its key stays the same when one is added, and neither it nor the key can be changed or read", async () => {
    const { world, served, allow, later } = await bottle();
    const certificate = async () => (await served.shell("cat /run/cellar/trust/cellar-ca.pem")).stdout;
    const told = (pem: string, ...args: string[]) =>
      execFileSync("openssl", ["x509", "-noout", ...args], { input: pem, encoding: "utf8" });
    const before = await certificate();
    const constraints = told(before, "-ext", "nameConstraints");
    expect(constraints).toContain("critical");
    expect(constraints).toContain("DNS:api.example.org");
    expect(constraints).not.toContain("later");
    await allow("later.example.org", later.port, { methods: ["GET"] });
    const after = await certificate();
    expect(told(after, "-ext", "nameConstraints")).toContain("DNS:later.example.org");
    expect(told(after, "-pubkey")).toBe(told(before, "-pubkey"));
    expect(after).not.toBe(before);
    const tried = await served.shell(
      "echo x > /run/cellar/trust/cellar-ca.pem; rm -f /run/cellar/trust/ca-bundle.pem; ls /run/cellar/trust; find / -name 'gateway-ca-key*' 2>/dev/null",
    );
    expect(tried.stdout).toContain("ca-bundle.pem");
    expect(tried.stdout).not.toContain("ca-key");
    expect(await certificate()).toBe(after);
    await expect
      .poll(() => world.gateways.list.get(served.id)?.intercepted)
      .toEqual(["api.example.org", "later.example.org"]);
  });
});
