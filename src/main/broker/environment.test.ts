import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type RunEnvironmentParts, runEnvironment } from "./environment.ts";
import { llmRoute, readProviders } from "./providers.ts";

const builtin = join(import.meta.dirname, "../../../resources/providers.toml");
const providers = readProviders(builtin);
const host = {
  PATH: "/bin",
  AWS_SECRET_ACCESS_KEY: "aws",
  ANTHROPIC_API_KEY: "a",
  ANTHROPIC_AUTH_TOKEN: "t",
  ANTHROPIC_BASE_URL: "https://elsewhere.example",
  ANTHROPIC_CUSTOM_HEADERS: "Authorization: x",
  ANTHROPIC_MODEL: "opus",
  CLAUDE_CODE_OAUTH_TOKEN: "o",
  CLAUDE_CODE_MAX_OUTPUT_TOKENS: "100",
  CLAUDE_CODE_USE_BEDROCK: "1",
  OPENAI_API_KEY: "oa",
  GEMINI_API_KEY: "g",
  MISTRAL_X: "m",
  GOOSE_MODE: "auto",
  GOOSE_PROVIDER: "mistral",
};
const fixed = { AVP_WORKSPACE: "/avp/workspace", AVP_ENV_ROOT: "/avp" };
const broker = { routed: true, urlOf: (key: string) => `http://127.0.0.1:9/${key}`, sentinel: "cellar-s" };
const environment = (parts: Partial<RunEnvironmentParts>) =>
  runEnvironment({ host, providers, provider: null, broker: null, manifest: {}, ...parts });

test("with a broker only the selected provider's settings enter, and no credential", () => {
  expect(environment({ provider: { id: "anthropic" }, broker }).env).toEqual({
    ANTHROPIC_MODEL: "opus",
    CLAUDE_CODE_MAX_OUTPUT_TOKENS: "100",
    GOOSE_MODE: "auto",
    GOOSE_PROVIDER: "mistral",
    ANTHROPIC_BASE_URL: "http://127.0.0.1:9/llm/anthropic",
    ANTHROPIC_API_KEY: "cellar-s",
    ...fixed,
  });
});

test("another provider is routed through its own names", () => {
  const { env } = environment({ provider: { id: "my-llm" }, broker });
  expect(env).toEqual({
    GOOSE_MODE: "auto",
    MY_LLM_HOST: "http://127.0.0.1:9/llm/my-llm",
    MY_LLM_API_KEY: "cellar-s",
    GOOSE_PROVIDER: "my-llm",
    ...fixed,
  });
});

test("without a credential in the vault the real address and the ambient key are given, of this provider only", () => {
  const { env } = environment({ provider: { id: "openai" } });
  expect(env).toEqual({
    OPENAI_API_KEY: "oa",
    GOOSE_MODE: "auto",
    GOOSE_PROVIDER: "openai",
    OPENAI_HOST: "https://api.openai.com/v1",
    ...fixed,
  });
  expect(environment({ provider: { id: "openai", baseUrl: "https://own.example" } }).env["OPENAI_HOST"]).toBe(
    "https://own.example",
  );
  expect(environment({ provider: { id: "gemini" } }).env).not.toHaveProperty("GEMINI_HOST");
});

test("without a provider there is no routing; without a broker the listed prefixes are forwarded, with one nothing is", () => {
  const { env } = environment({});
  expect(env).toMatchObject({ ANTHROPIC_API_KEY: "a", OPENAI_API_KEY: "oa", MISTRAL_X: "m" });
  expect(env).not.toHaveProperty("PATH");
  expect(env).not.toHaveProperty("AWS_SECRET_ACCESS_KEY");
  expect(environment({ broker: { ...broker, routed: false } }).env).toEqual({
    GOOSE_MODE: "auto",
    GOOSE_PROVIDER: "mistral",
    ...fixed,
  });
});

test("a manifest adds variables, and cannot replace routing, the workspace or bring a credential past the broker", () => {
  const manifest = {
    ANTHROPIC_BASE_URL: "https://evil.example",
    ANTHROPIC_API_KEY: "k",
    ANTHROPIC_AUTH_TOKEN: "k",
    CLAUDE_CODE_USE_VERTEX: "1",
    OPENAI_API_KEY: "k",
    AVP_WORKSPACE: "/etc",
    IS_SANDBOX: "1",
    ANTHROPIC_SMALL_FAST_MODEL: "haiku",
  };
  const { env, ignored } = environment({ provider: { id: "anthropic" }, broker, manifest });
  expect(ignored).toEqual([
    "ANTHROPIC_BASE_URL",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "CLAUDE_CODE_USE_VERTEX",
    "OPENAI_API_KEY",
  ]);
  expect(env).toMatchObject({
    IS_SANDBOX: "1",
    ANTHROPIC_SMALL_FAST_MODEL: "haiku",
    ANTHROPIC_BASE_URL: "http://127.0.0.1:9/llm/anthropic",
    ANTHROPIC_API_KEY: "cellar-s",
    ...fixed,
  });
  expect(JSON.stringify(env)).not.toMatch(/evil|"k"/);
});

describe("the provider table", () => {
  const folder = mkdtempSync(join(tmpdir(), "cellar-providers-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const own = (text: string) => {
    const file = join(folder, "providers.toml");
    writeFileSync(file, text);
    return readProviders(builtin, file);
  };

  test.each([
    ["anthropic", "api.anthropic.com", "x-api-key"],
    ["openai", "api.openai.com", "authorization"],
    ["openrouter", "openrouter.ai", "authorization"],
    ["google", "generativelanguage.googleapis.com", "authorization"],
    ["gemini", "generativelanguage.googleapis.com", "authorization"],
    ["mistral", "api.mistral.ai", "authorization"],
  ])("%s is at %s and shown its key in %s", (provider, at, header) => {
    const route = llmRoute(providers, { provider, secret: { handle: "key" } });
    expect(route).toMatchObject({
      key: `llm/${provider}`,
      upstream: { scheme: "https", host: at, port: 443, path: "" },
      provider,
    });
    expect(route.credential[0]?.to.header).toBe(header);
  });

  test("a base address of one's own replaces the table's, of which only the origin counts", () => {
    const { upstream } = llmRoute(providers, {
      provider: "openai",
      baseUrl: "http://llm.example:8080/v1/",
      secret: { handle: "key" },
    });
    expect(upstream).toEqual({ scheme: "http", host: "llm.example", port: 8080, path: "" });
    expect(() => llmRoute(providers, { provider: "nobody", secret: { handle: "key" } })).toThrow(
      'It is not known where the provider "nobody" is',
    );
  });

  test("is extended and changed by the person's file", () => {
    const table = own(
      '[openai]\nbase-url = "https://proxy.example/v1"\n[mine]\nname = "Mine"\nhost = "llm.mine.example"\nenvironment = ["MINE_"]\n',
    );
    expect(table.get("openai")).toMatchObject({ name: "OpenAI", "base-url": "https://proxy.example/v1" });
    expect(llmRoute(table, { provider: "mine", secret: { handle: "key" } }).upstream.host).toBe("llm.mine.example");
    expect(readProviders(builtin, join(folder, "absent.toml")).size).toBe(8);
  });

  test.each([
    ["[openai]\nprice = 1\n", "openai"],
    ["[mine]\nname = 'x'\n", "mine.host"],
    ["[mine]\nlike = 'nobody'\n", "mine.like names no provider"],
    ["[mine]\nname = 'x'\nhost = 'h'\n[mine.prices]\nm = { input = 1, output = 2 }\n", "prices-as-of"],
    ["[Mine]\n", '"Mine" cannot be the id'],
    ["mine = 1\n", '"mine" has to be a table'],
    ["[openai\n", "Invalid TOML"],
  ])("a mistake in it is said: %j", (text, message) => {
    expect(() => own(text)).toThrow(message);
  });
});
