/**
 * What a manifest asks of the way out, through the contract of the whole product: shown before the launch, refused with the reason, held inside, and
 * gone with a launch that fails.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, first } from "#test/product/call.ts";
import { Product } from "#test/product/product.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";

let product: Product;
let workspaceId: string;
const passphrase = "correct horse battery";
const value = "the-real-token-of-it";

describe.skipIf(missing("bwrap", "curl", "sqlite3"))("a bottle's manifest", () => {
  beforeAll(async () => {
    product = new Product();
    // A program of the host that a bottle's terminal runs first: with it the bottle ends, when its services listen.
    const bin = product.folder.in("bin");
    mkdirSync(bin);
    const ends = `[ ! -e '${product.folder.in("ends-at-once")}' ] || exit 1`;
    writeFileSync(join(bin, "mkfifo"), `#!/bin/sh\n${ends}\nexec /usr/bin/mkfifo "$@"\n`, { mode: 0o755 });
    for (const file of [".profile", ".bash_profile", ".bashrc"])
      writeFileSync(product.folder.in(file), `export PATH='${bin}':"$PATH"\n`);
    await product.start();
    const source = product.folder.in("work");
    mkdirSync(source);
    workspaceId = (await readyWorkspace(product, source, "work")).id;
    await call(product, "settings.change", { gatewayHoldSeconds: 0 });
    await call(product, "vault.setUp", { passphrase });
    await call(product, "vault.set", { handle: "api_token", value });
  });
  afterAll(() => product[Symbol.asyncDispose]());

  const written = (yaml: string) => {
    for (const kind of ["bottles", "agents"]) mkdirSync(join(product.home, "manifests", kind), { recursive: true });
    writeFileSync(join(product.home, "manifests", "bottles", "api.md"), `---\n${yaml}---\n`);
    writeFileSync(join(product.home, "manifests", "agents", "api.md"), "---\nbottle: api\n---\n");
  };
  const prepare = () => call(product, "bottles.prepare", { workspaceId, programId: "shell", agent: "api" });
  const route = (handle: string, host = "api.example.org") => `egress:
  routes:
    - host: "${host}"
      auth: { scheme: Bearer, token_ref: ${handle} }
      matches:
        - { methods: [GET], paths: [/repos], headers: { X-Team: "plat*" } }
`;

  test("has routes with a credential: in the summary by scheme, inside by its rules, and gone with a locked vault", async () => {
    written(`${route("api_token")}    - { host: docs.example.org, dlp: { inbound: redact, outbound: block } }\n`);
    const plan = await prepare();
    expect(plan.routes).toEqual(["api.example.org [auth:Bearer] GET /repos x-team: plat*"]);
    expect(plan.allowedHosts).toContain("docs.example.org (what goes out: block, what comes in: redact)");
    expect(JSON.stringify(plan)).not.toContain(value);
    const { bottle } = await call(product, "bottles.launch", { planId: plan.id });
    const ask = async (path: string, args = "") => {
      const script = `curl -sSi ${args} https://api.example.org${path}; env`;
      return (await call(product, "bottles.exec", { id: bottle.id, script })).stdout;
    };
    // Each of these is said inside of the host's TLS, under an authority that curl trusts there; nothing is dialled.
    expect(await ask("/user")).toContain("reason=path_not_allowed");
    expect(await ask("/repos", "-X DELETE")).toContain("reason=method_not_allowed");
    expect(await ask("/repos")).toContain("reason=header_not_allowed");
    await call(product, "vault.lock", {});
    const locked = await ask("/repos", "-H 'X-Team: platform'");
    expect(locked).toMatch(/ 503 [\s\S]*reason=credential_missing[\s\S]*locked/);
    expect(locked).not.toContain(value);
    const rules = await first(product, "gateway.watchRules", {});
    const own = rules.type === "all" ? rules.items.filter(({ source }) => source === "base") : [];
    expect(own.find(({ host }) => host === "api.example.org")).toMatchObject({
      ports: [443],
      headers: [{ name: "x-team", value: "plat*" }],
      credential: { scheme: "Bearer", handle: "api_token" },
    });
    const usage = await call(product, "vault.usage", { handle: "api_token" });
    expect(JSON.stringify(usage.uses)).toContain("bottle");
    await call(product, "vault.unlock", { passphrase });
  });

  test.each<[string, string, string, RegExp]>([
    ["a credential that the vault lacks", route("other_token"), "not_found", /vault handle 'other_token' not found/],
    ["a credential that is no handle", route('"not one"'), "invalid_input", /invalid handle/],
    [
      "a credential for more than one host",
      route("api_token", "*.example.org"),
      "invalid_input",
      /a credential needs one host/,
    ],
    [
      "a rule about a header of the connection",
      "egress:\n  routes:\n    - { host: a.example.org, matches: [{ headers: { Host: b } }] }\n",
      "invalid_input",
      /no rule can be about this header/,
    ],
  ])("is refused with %s, and nothing is launched", async (_, yaml, code, message) => {
    written(yaml);
    await expect(prepare()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("is refused while the vault that has its credential is locked", async () => {
    written(route("api_token"));
    await call(product, "vault.lock", {});
    await expect(prepare()).rejects.toMatchObject({ code: "unavailable", message: expect.stringMatching(/locked/) });
    await call(product, "vault.unlock", { passphrase });
  });

  test("leaves nothing of its services when it cannot be started: no socket, listener, row or process", async () => {
    written(`agent_provider: { template: anthropic, auth_token: api_token }\nsupervise: true\n${route("api_token")}`);
    const left = async () => {
      const rows = execFileSync("sqlite3", [
        join(product.home, "cellar.db"),
        "SELECT owner_id FROM broker_listeners UNION ALL SELECT id FROM bottles UNION ALL SELECT id FROM launches",
      ]);
      const terminals = await call(product, "terminals.list", {});
      const rules = await first(product, "gateway.watchRules", {});
      return {
        folders: readdirSync(product.runtime).filter((name) => name.startsWith("b-")),
        listeners: readFileSync("/proc/net/unix", "utf8").match(new RegExp(`${product.runtime}/b-.*`, "g")) ?? [],
        rows: String(rows).split("\n").sort(),
        terminals: terminals.map(({ id }) => id),
        rules: rules.type === "all" ? rules.items.length : null,
        processes: product.processes().filter(({ command }) => command.includes("bwrap")).length,
      };
    };
    const before = await left();
    const plan = await prepare();
    writeFileSync(product.folder.in("ends-at-once"), "");
    await expect(call(product, "bottles.launch", { planId: plan.id })).rejects.toMatchObject({
      message: "The bottle ended while it was being started",
    });
    rmSync(product.folder.in("ends-at-once"));
    const logs = join(product.home, "bottles", "logs");
    const told = readdirSync(logs).map((name) => readFileSync(join(logs, name), "utf8"));
    expect(told.join("")).toMatch(/services listen: broker, gateway, supervise\n.*not started: /);
    expect(await left()).toEqual(before);
  });

  test("is not started when what would be mounted has gone since the summary, and says what", async () => {
    written("");
    const skill = product.folder.in(".claude", "skills", "careful");
    const bottles = async () => {
      const event = await first(product, "bottles.watch", {});
      return event.type === "all" ? event.items.map(({ id }) => id) : null;
    };
    const before = await bottles();
    writeFileSync(join(product.home, "manifests", "agents", "api.md"), "---\nbottle: api\nskills: [careful]\n---\n");
    // bwrap says that it has made the namespaces, and only then mounts: which is seen first is chance.
    for (let time = 0; time < 3; time++) {
      mkdirSync(skill, { recursive: true });
      writeFileSync(join(skill, "SKILL.md"), "Be careful.\n");
      const plan = await prepare();
      rmSync(skill, { recursive: true });
      await expect(call(product, "bottles.launch", { planId: plan.id })).rejects.toMatchObject({
        code: "failed",
        hint: expect.stringContaining(skill),
      });
    }
    expect(await bottles()).toEqual(before);
  });
});
