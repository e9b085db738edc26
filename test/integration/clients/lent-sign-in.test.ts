/** Real programs in a bottle with the person's own sign-in, of which they have a sentinel; the provider is a double that takes only the real token. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { JoinedServices } from "#main/bottles/index.ts";
import { BottleBroker } from "#main/broker/bottle-service.ts";
import { Broker, brokerLedgerSchema, brokerSchema, type Providers, readProviders } from "#main/broker/index.ts";
import { installationFolder } from "#node/installation.ts";
import { openStore } from "#node/store/index.ts";
import { AnthropicApi } from "#test/doubles/anthropic-api.ts";
import { OpenaiResponses } from "#test/doubles/openai-responses.ts";
import {
  claudeSignIn,
  codexSignIn,
  codexToken,
  Subscription,
  type SubscriptionParts,
} from "#test/doubles/subscription.ts";
import { plainReach } from "#test/product/bottle.ts";
import { ServedBottle } from "#test/product/served-bottle.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { claudeCode, codex, missing } from "#test/requirements.ts";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

type Lent = SubscriptionParts & {
  /** Of the bottle's program. */
  programId: string;
  provider: string;
  program: string;
  /** The person's file, below their home, and what is in it. */
  file: string;
  content: string;
  /** Of the subscription in providers.toml. */
  table: string;
};

/** A bottle to which the person's sign-in is lent. */
async function bottle(lent: Lent) {
  const home = new TemporaryFolder("person");
  open.push(() => home[Symbol.dispose]());
  mkdirSync(dirname(home.in(lent.file)), { recursive: true });
  writeFileSync(home.in(lent.file), lent.content, { mode: 0o600 });
  const subscription = await Subscription.start(lent);
  open.push(() => subscription[Symbol.asyncDispose]());
  const store = openStore({ path: home.in("cellar.db"), migrations: [brokerSchema, brokerLedgerSchema] });
  open.push(() => store.close());
  const builtin = readProviders(join(installationFolder, "resources", "providers.toml"));
  const table = { ...builtin.get(lent.table)!, "base-url": subscription.url };
  const providers = (): Providers => new Map([...builtin, [lent.table, table]]);
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
  return { served, subscription, own: () => readFileSync(home.in(lent.file), "utf8") };
}

/** Everything inside that may hold something of the sign-in. */
const everything = `cat ~/.claude/.credentials.json ~/.codex/auth.json; env; cat /proc/*/environ /proc/*/cmdline
  grep -r -l -s 'the[-]real' /home /tmp /run /etc "$PWD"`;

test.skipIf(missing("bwrap", "claude-code"))(
  "Claude Code works in a bottle on the person's subscription, and holds nothing of it",
  async () => {
    const token = "sk-ant-oat01-the-real-access-token-0123456789";
    await using api = new AnthropicApi("echo made inside > made.txt");
    const content = claudeSignIn(token);
    const { served, subscription, own } = await bottle({
      programId: "claude",
      provider: "anthropic",
      program: claudeCode()!,
      file: ".claude/.credentials.json",
      content,
      token,
      table: "claude-subscription",
      address: await api.listen(),
    });
    const ran = await served.run(
      [claudeCode()!, "-p", "make the file", "--permission-mode", "bypassPermissions", "--output-format", "text"],
      { DISABLE_AUTOUPDATER: "1", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" },
    );
    expect([ran.stdout, ran.stderr, subscription.asked]).toEqual(["All done.\n", expect.anything(), expect.anything()]);
    expect(readFileSync(join(served.workspace, "made.txt"), "utf8")).toBe("made inside\n");
    expect(subscription.shown).toEqual(new Set([`Bearer ${token}`]));
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
    const token = codexToken();
    const key = "sk-proj-of-the-double";
    await using api = new OpenaiResponses({ command: "echo made inside > made.txt", key });
    const content = codexSignIn(token);
    const { served, subscription, own } = await bottle({
      programId: "codex",
      provider: "openai",
      program: codex()!,
      file: ".codex/auth.json",
      content,
      token,
      table: "chatgpt",
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
    expect([ran.stdout.trim(), ran.stderr, subscription.asked]).toEqual([
      "All done.",
      expect.anything(),
      expect.anything(),
    ]);
    expect(readFileSync(join(served.workspace, "made.txt"), "utf8")).toBe("made inside\n");
    expect(subscription.shown).toEqual(new Set([`Bearer ${token}`]));
    expect(subscription.asked.find(({ what }) => what.startsWith("POST"))?.account).toBe("acc-1");
    const inside = await served.shell(everything);
    expect(inside.stdout).toContain('"access_token":"cellar-');
    for (const real of ["the-real", token, ...JSON.parse(content).tokens.id_token.split(".").slice(1)]) {
      expect(inside.stdout).not.toContain(real);
    }
    expect(own()).toBe(content);
  },
  120_000,
);
