/** Real programs in a bottle with the person's own sign-in, of which they have a sentinel; the provider is a double that takes only the real token. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { JoinedServices } from "#main/bottles/index.ts";
import { BottleBroker } from "#main/broker/bottle-service.ts";
import { Broker, brokerSchema, type Providers, readProviders } from "#main/broker/index.ts";
import { installationFolder } from "#node/installation.ts";
import { openStore } from "#node/store/index.ts";
import { AnthropicApi } from "#test/doubles/anthropic-api.ts";
import { plainReach } from "#test/product/bottle.ts";
import { ServedBottle } from "#test/product/served-bottle.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { claudeCode, missing } from "#test/requirements.ts";

const token = "sk-ant-oat01-the-real-access-token-0123456789";

/** In front of a provider's double: who shows another token is refused, as it would be. */
async function guarded(address: string, wanted: string) {
  const asked: { what: string; shown: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    asked.push({ what: `${request.method} ${request.url}`, shown: authorization });
    if (authorization !== `Bearer ${wanted}`) {
      response.writeHead(401, { "content-type": "application/json" });
      return void response.end(
        '{"type":"error","error":{"type":"authentication_error","message":"Invalid bearer token"}}',
      );
    }
    const up = httpRequest(new URL(request.url!, address), { method: request.method!, headers: request.headers });
    up.on("response", (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(up);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

test.skipIf(missing("bwrap", "claude-code"))(
  "Claude Code works in a bottle on the person's subscription, and holds nothing of it",
  async () => {
    using home = new TemporaryFolder("person");
    const file = home.in(".claude", ".credentials.json");
    mkdirSync(home.in(".claude"));
    const own = JSON.stringify({
      claudeAiOauth: {
        accessToken: token,
        refreshToken: "sk-ant-ort01-the-real-refresh-token",
        expiresAt: Date.now() + 3_600_000,
        scopes: ["user:inference", "user:profile"],
        subscriptionType: "max",
      },
    });
    writeFileSync(file, own, { mode: 0o600 });
    await using api = new AnthropicApi("echo made inside > made.txt");
    const { asked, url, server } = await guarded(await api.listen(), token);
    const store = openStore({ path: home.in("cellar.db"), migrations: [brokerSchema] });
    const builtin = readProviders(join(installationFolder, "resources", "providers.toml"));
    const subscription = { ...builtin.get("claude-subscription")!, "base-url": url };
    const providers = (): Providers => new Map([...builtin, ["claude-subscription", subscription]]);
    const loginEnvironment = async () => ({ HOME: home.path });
    const nowhere = async (): Promise<never> => {
      throw new Error("the vault is not to be asked");
    };
    const broker = new Broker({
      database: store.database,
      vault: { resolveSecret: nowhere, replaceSecret: nowhere },
      providers,
      loginEnvironment,
    });
    // The double is on this computer, which no route of a sign-in may lead to by itself.
    const here = Object.assign(Object.create(broker) as Broker, {
      open: (given: Parameters<Broker["open"]>[0]) =>
        broker.open({
          ...given,
          routes: given.routes.map((route) => ({ ...route, addresses: ["loopback" as const] })),
        }),
      of: broker.of.bind(broker),
      forget: broker.forget.bind(broker),
    });
    const bottles = new BottleBroker({
      broker: here,
      providers,
      resolve: nowhere,
      vaultExists: () => false,
      loginEnvironment,
    });
    try {
      const credential = { authToken: null, forwardHostCredentials: true };
      await using served = await ServedBottle.start({
        services: new JoinedServices([bottles]),
        reach: { ...plainReach, programId: "claude", provider: "anthropic", credential },
        program: claudeCode()!,
      });
      const ran = await served.run(
        [claudeCode()!, "-p", "make the file", "--permission-mode", "bypassPermissions", "--output-format", "text"],
        { DISABLE_AUTOUPDATER: "1", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" },
      );
      expect([ran.stdout, ran.stderr, asked]).toEqual(["All done.\n", expect.anything(), expect.anything()]);
      expect(readFileSync(join(served.workspace, "made.txt"), "utf8")).toBe("made inside\n");
      expect(new Set(asked.map(({ shown }) => shown))).toEqual(new Set([`Bearer ${token}`]));
      const inside = await served.shell(
        "cat ~/.claude/.credentials.json; env; cat /proc/*/environ; grep -r 'the-real' / --include='*' -l -s --exclude-dir=proc --exclude-dir=sys --exclude-dir=usr",
      );
      expect(inside.stdout).toContain('"accessToken":"cellar-');
      expect(inside.stdout).not.toContain("the-real");
      expect(readFileSync(file, "utf8")).toBe(own);
      // What a sign-in could do besides: a key of its own, for ever.
      const made = await served.shell(
        `curl -s --noproxy '*' -X POST -H "Authorization: Bearer $(sed -E 's/.*accessToken":"([^"]*).*/\\1/' ~/.claude/.credentials.json)" "$ANTHROPIC_BASE_URL/api/oauth/claude_cli/create_api_key"`,
      );
      expect(made.stdout).toContain("this route does not allow the path");
    } finally {
      await broker.stop();
      store.close();
      server.closeAllConnections();
      server.close();
    }
  },
  120_000,
);
