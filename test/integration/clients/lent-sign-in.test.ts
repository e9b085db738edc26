/** Real programs in a bottle with the person's own sign-in, of which they have a sentinel; the provider is a double that takes only the real token. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { JoinedServices } from "#main/bottles/index.ts";
import { BottleBroker } from "#main/broker/bottle-service.ts";
import { Broker, brokerLedgerSchema, brokerSchema, type Providers, readProviders } from "#main/broker/index.ts";
import { installationFolder } from "#node/installation.ts";
import { openStore } from "#node/store/index.ts";
import { AnthropicApi } from "#test/doubles/anthropic-api.ts";
import { OpenaiResponses } from "#test/doubles/openai-responses.ts";
import { plainReach } from "#test/product/bottle.ts";
import { ServedBottle } from "#test/product/served-bottle.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { claudeCode, codex, missing } from "#test/requirements.ts";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

type Lent = {
  /** Of the bottle's program. */
  programId: string;
  provider: string;
  program: string;
  /** The person's file, below their home, and what is in it. */
  file: string;
  content: string;
  token: string;
  /** Table in providers.toml, the path its address has, and where the double is. */
  subscription: string;
  path: string;
  address: string;
  /** What the double takes for its own, where that is something else. */
  key?: string;
};

/** What Codex asks before anything else: where its account's requests go. */
const accounts = {
  accounts: [
    {
      id: "acc-1",
      name: null,
      structure: "personal",
      plan_type: "pro",
      workspace_backend_origin: "https://chatgpt.com",
      account_routing_override: "NO_CONSTRAINT",
    },
  ],
  default_account_id: "acc-1",
  account_ordering: ["acc-1"],
};

/** A bottle to which the person's sign-in is lent. In front of the double, whoever shows another token is refused, as it would be. */
async function bottle(lent: Lent) {
  const home = new TemporaryFolder("person");
  open.push(() => home[Symbol.dispose]());
  mkdirSync(dirname(home.in(lent.file)), { recursive: true });
  writeFileSync(home.in(lent.file), lent.content, { mode: 0o600 });
  const asked: { what: string; shown: string | undefined; account: unknown }[] = [];
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    asked.push({
      what: `${request.method} ${request.url}`,
      shown: authorization,
      account: request.headers["chatgpt-account-id"],
    });
    if (authorization !== `Bearer ${lent.token}`) {
      response.writeHead(401, { "content-type": "application/json" });
      return void response.end('{"error":{"type":"authentication_error","message":"Invalid bearer token"}}');
    }
    if (request.url === "/backend-api/wham/accounts/check") {
      response.writeHead(200, { "content-type": "application/json" });
      return void response.end(JSON.stringify(accounts));
    }
    const headers = { ...request.headers, authorization: `Bearer ${lent.key ?? lent.token}` };
    const path = request.url!.slice(lent.path.length).replace(/^\/codex\//, "/v1/");
    const up = httpRequest(lent.address + path, { method: request.method!, headers });
    up.on("response", (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(up);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${lent.path}`;
  const store = openStore({ path: home.in("cellar.db"), migrations: [brokerSchema, brokerLedgerSchema] });
  open.push(() => store.close());
  const builtin = readProviders(join(installationFolder, "resources", "providers.toml"));
  const table = { ...builtin.get(lent.subscription)!, "base-url": url };
  const providers = (): Providers => new Map([...builtin, [lent.subscription, table]]);
  const loginEnvironment = async () => ({ HOME: home.path });
  const nowhere = async (): Promise<never> => {
    throw new Error("the vault is not to be asked");
  };
  const vault = { resolveSecret: nowhere, replaceSecret: nowhere };
  const broker = new Broker({ database: store.database, vault, providers, loginEnvironment });
  open.push(() => broker.stop());
  // The double is on this computer, which no route of a sign-in may lead to by itself.
  const here = Object.assign(Object.create(broker) as Broker, {
    open: (given: Parameters<Broker["open"]>[0]) =>
      broker.open({ ...given, routes: given.routes.map((route) => ({ ...route, addresses: ["loopback" as const] })) }),
    of: broker.of.bind(broker),
    forget: broker.forget.bind(broker),
  });
  const served = await ServedBottle.start({
    services: new JoinedServices([
      new BottleBroker({ broker: here, providers, resolve: nowhere, vaultExists: () => false, loginEnvironment }),
    ]),
    reach: {
      ...plainReach,
      programId: lent.programId,
      provider: lent.provider,
      credential: { authToken: null, forwardHostCredentials: true },
    },
    program: lent.program,
  });
  open.push(() => served[Symbol.asyncDispose]());
  return { served, asked, own: () => readFileSync(home.in(lent.file), "utf8") };
}

/** Everything inside that may hold something of the sign-in. */
const everything = `cat ~/.claude/.credentials.json ~/.codex/auth.json; env; cat /proc/*/environ /proc/*/cmdline
  grep -r -l -s 'the[-]real' /home /tmp /run /etc "$PWD"`;

test.skipIf(missing("bwrap", "claude-code"))(
  "Claude Code works in a bottle on the person's subscription, and holds nothing of it",
  async () => {
    const token = "sk-ant-oat01-the-real-access-token-0123456789";
    await using api = new AnthropicApi("echo made inside > made.txt");
    const content = JSON.stringify({
      claudeAiOauth: {
        accessToken: token,
        refreshToken: "sk-ant-ort01-the-real-refresh-token",
        expiresAt: Date.now() + 3_600_000,
        scopes: ["user:inference", "user:profile"],
        subscriptionType: "max",
      },
    });
    const { served, asked, own } = await bottle({
      programId: "claude",
      provider: "anthropic",
      program: claudeCode()!,
      file: ".claude/.credentials.json",
      content,
      token,
      subscription: "claude-subscription",
      path: "",
      address: await api.listen(),
    });
    const ran = await served.run(
      [claudeCode()!, "-p", "make the file", "--permission-mode", "bypassPermissions", "--output-format", "text"],
      { DISABLE_AUTOUPDATER: "1", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" },
    );
    expect([ran.stdout, ran.stderr, asked]).toEqual(["All done.\n", expect.anything(), expect.anything()]);
    expect(readFileSync(join(served.workspace, "made.txt"), "utf8")).toBe("made inside\n");
    expect(new Set(asked.map(({ shown }) => shown))).toEqual(new Set([`Bearer ${token}`]));
    const inside = await served.shell(everything);
    expect(inside.stdout).toContain('"accessToken":"cellar-');
    expect(inside.stdout).not.toContain("the-real");
    expect(own()).toBe(content);
    // What a sign-in could do besides: a key of its own, for ever.
    const made = await served.shell(
      `curl -s --noproxy '*' -X POST -H "Authorization: Bearer $(sed -E 's/.*accessToken":"([^"]*).*/\\1/' ~/.claude/.credentials.json)" "$ANTHROPIC_BASE_URL/api/oauth/claude_cli/create_api_key"`,
    );
    expect(made.stdout).toContain("this route does not allow the path");
  },
  120_000,
);

test.skipIf(missing("bwrap", "codex"))(
  "Codex works in a bottle on the person's subscription, and holds nothing of it",
  async () => {
    const jwt = (claims: object) =>
      ["{}", JSON.stringify(claims), "the-real-signature"]
        .map((part) => Buffer.from(part).toString("base64url"))
        .join(".");
    const token = jwt({ exp: Math.floor(Date.now() / 1000) + 3600, sub: "the-real-person" });
    const key = "sk-proj-of-the-double";
    await using api = new OpenaiResponses({ command: "echo made inside > made.txt", key });
    const account = { chatgpt_plan_type: "pro", chatgpt_account_id: "acc-1", chatgpt_user_id: "the-real-user" };
    const content = JSON.stringify({
      OPENAI_API_KEY: null,
      tokens: {
        id_token: jwt({ email: "the-real-person@example.org", "https://api.openai.com/auth": account }),
        access_token: token,
        refresh_token: "the-real-refresh-token",
        account_id: "acc-1",
      },
      last_refresh: new Date().toISOString(),
    });
    const { served, asked, own } = await bottle({
      programId: "codex",
      provider: "openai",
      program: codex()!,
      file: ".codex/auth.json",
      content,
      token,
      subscription: "chatgpt",
      path: "/backend-api",
      address: await api.listen(),
      key,
    });
    const url = "http://127.0.0.1:9098/llm/chatgpt/backend-api";
    // By any other name than its own provider's, so that it asks at this address and nowhere else.
    const provider = `{name="ChatGPT",base_url="${url}/codex",requires_openai_auth=true,wire_api="responses"}`;
    const settings = [
      'sandbox_mode="danger-full-access"',
      "check_for_update_on_startup=false",
      "analytics.enabled=false",
      `chatgpt_base_url="${url}/"`,
      'model_provider="cellar"',
      `model_providers.cellar=${provider}`,
    ];
    const ran = await served.run([
      codex()!,
      ...settings.flatMap((setting) => ["-c", setting]),
      ...["exec", "--skip-git-repo-check", "make the file"],
    ]);
    expect([ran.stdout.trim(), ran.stderr, asked]).toEqual(["All done.", expect.anything(), expect.anything()]);
    expect(readFileSync(join(served.workspace, "made.txt"), "utf8")).toBe("made inside\n");
    expect(new Set(asked.map(({ shown }) => shown))).toEqual(new Set([`Bearer ${token}`]));
    expect(asked.find(({ what }) => what.startsWith("POST"))?.account).toBe("acc-1");
    const inside = await served.shell(everything);
    expect(inside.stdout).toContain('"access_token":"cellar-');
    for (const real of ["the-real", token, ...JSON.parse(content).tokens.id_token.split(".").slice(1)]) {
      expect(inside.stdout).not.toContain(real);
    }
    expect(own()).toBe(content);
  },
  120_000,
);
