/** What the launch summary promises of the way out and of what Cellar adds, and whether it is so inside. */

import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Bottle, BottlePlanView } from "#shared/contract/bottles.ts";
import { call, first } from "#test/product/call.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";

const realKey = "real-key-of-the-person";

describe.skipIf(missing("bwrap", "curl", "root"))("a bottle with a brokered provider", () => {
  const product = new Product({ hosts: "127.0.0.1 localhost\n127.0.0.1 model.example\n" });
  let upstream: Server;
  let port = 0;
  let plan: BottlePlanView;
  let bottle: Bottle;

  beforeAll(async () => {
    upstream = createServer((request, response) => response.end(`came with ${request.headers.authorization}`));
    await once(upstream.listen(0, "127.0.0.1"), "listening");
    port = (upstream.address() as AddressInfo).port;
    mkdirSync(product.home, { mode: 0o700 });
    writeFileSync(
      join(product.home, "providers.toml"),
      `[model]\nname = "Model"\nhost = "model.example"\nbase-url = "http://model.example:${port}"\naddresses = ["loopback"]\n`,
    );
    writeFileSync(
      join(product.home, "agent-programs.toml"),
      `[asker]
name = "Asker"
command = ["sh"]
provider = "model"
network = { hosts = ["model.example:${port}", "packages.example.org"] }
[asker.mcp]
arguments = ["{mcp-url}"]
[asker.hooks]
speaks = "claude"
arguments = ["-s"]
file = "{hook}"
[asker.hooks.environment]
ASKER_SETTINGS = "{file}"
[asker.bottle]
files = [{ path = ".asker.json", content = "{}" }]
`,
    );
    for (const file of [".profile", ".bash_profile"]) {
      writeFileSync(product.folder.in(file), `export MODEL_API_KEY=${realKey}\n`);
    }
    await product.start();
    await call(product, "settings.change", { gatewayHoldSeconds: 0 });
    const source = product.folder.in("work");
    mkdirSync(source);
    const { id: workspaceId } = await readyWorkspace(product, source, "work");
    const request = { workspaceId, programId: "asker", backend: "bubblewrap", supervise: true } as const;
    // Its key comes from the person's login shell, which a busy machine keeps waiting.
    plan = await eventually(
      () => call(product, "bottles.prepare", request),
      ({ routes }) => routes.length > 0,
      60_000,
    );
    ({ bottle } = await call(product, "bottles.launch", { planId: plan.id }));
  });
  afterAll(async () => {
    await product[Symbol.asyncDispose]();
    upstream.close();
  });

  const exec = async (script: string) => (await call(product, "bottles.exec", { id: bottle.id, script })).stdout;
  const pastTheBroker = () =>
    exec(
      `curl -si --noproxy '' -x http://127.0.0.1:9099 -H 'Authorization: Bearer key-of-the-agent' http://model.example:${port}/`,
    );

  test("reaches it by the broker only, as the summary says; past it not even with a key of the agent's own", async () => {
    expect(plan.onlyBrokered).toEqual([`model.example:${port}`]);
    expect(plan.allowedHosts).toEqual(["packages.example.org"]);
    const brokered = await exec('curl -s -H "Authorization: Bearer $MODEL_API_KEY" http://127.0.0.1:9098/llm/model/');
    // What comes back of the real one is redacted; that of the agent would not be.
    expect(brokered).toMatch(/^came with Bearer (?!key-of-the-agent)/);
    expect(await pastTheBroker()).toMatch(/403[\s\S]*reason=brokered[\s\S]*The broker serves model.example/);
    await product.end("SIGKILL");
    await product.start();
    await eventually(
      async () => {
        const event = await first(product, "bottles.watch", {});
        return event.type === "all" ? event.items.map(({ state }) => state) : [];
      },
      (states) => states.join() === "running",
    );
    expect(await pastTheBroker()).toContain("reason=brokered");
  });

  test("reaches it otherwise when a person names just this host", async () => {
    const rule = await call(product, "gateway.addRule", {
      host: "model.example",
      ports: [port],
      privateAddresses: true,
      scope: { type: "bottle", bottleId: bottle.id },
    });
    expect(await pastTheBroker()).toContain("came with Bearer key-of-the-agent");
    await call(product, "gateway.removeRule", { id: rule.id });
    expect(await pastTheBroker()).toContain("reason=brokered");
  });

  test("may ask its person without a manifest that says so, and the summary names all that Cellar puts in", async () => {
    expect(plan).toMatchObject({ supervise: true, agent: null, argumentsAdded: ["-s", "{mcp-url}"] });
    expect(plan.services).toContain("supervise");
    expect(plan.filesAdded).toEqual([".asker.json", ".cellar/cellar-hook", ".cellar/asker.settings"]);
    const inside = (await exec("env; ls -A ~ ~/.cellar")).split("\n");
    const names = inside.flatMap((line) => /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(line)?.[1] ?? []);
    expect(names).toEqual(expect.arrayContaining(["CELLAR_TOKEN", "CELLAR_HOOK", "CELLAR_MCP_URL", "ASKER_SETTINGS"]));
    // None that was not shown, but those that every shell makes itself.
    expect(
      names.filter((name) => !plan.environment.includes(name) && !["PWD", "SHLVL", "OLDPWD", "_"].includes(name)),
    ).toEqual([]);
    expect(inside).toEqual(expect.arrayContaining([".asker.json", "cellar-hook", "asker.settings"]));
    const asked = await exec('curl -s -o /dev/null -w "%{http_code}" "$CELLAR_MCP_URL"');
    expect(asked).toMatch(/^[24]\d\d$/);
  });
});
