/** Sign-ins by subscription: the bottle has a file with the token of its run, the provider gets the real one, refreshed outside. */
import { afterEach, expect, test } from "vitest";
import { type NewRoute, readSignIn, sentinelFile } from "#main/broker/index.ts";
import { jwt } from "#test/doubles/subscription.ts";
import { type Answering, sent, Upstream } from "#test/doubles/upstream.ts";
import { ask, Fixture, route } from "./fixture.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

const soon = () => Date.now() + 60_000;
const later = () => Date.now() + 3_600_000;

const claudeFile = (expiresAt: number) =>
  JSON.stringify({
    claudeAiOauth: {
      accessToken: "real-access-1",
      refreshToken: "real-refresh-1",
      expiresAt,
      scopes: ["user:inference"],
      subscriptionType: "max",
    },
    other: { kept: true },
  });
const codexFile = (expiresAt: number) =>
  JSON.stringify({
    OPENAI_API_KEY: null,
    tokens: {
      id_token: jwt({
        email: "me@example.com",
        "https://api.openai.com/auth": {
          chatgpt_plan_type: "pro",
          chatgpt_account_id: "acc-1",
          chatgpt_user_id: "user-1",
        },
      }),
      access_token: jwt({ exp: Math.floor(expiresAt / 1000), n: 1 }),
      refresh_token: "real-refresh-1",
      account_id: "acc-1",
    },
    last_refresh: "2025-01-01T00:00:00Z",
  });

async function signedIn(format: "claude" | "codex", file: string, endpoint: Answering) {
  const upstream = await Upstream.start();
  const tokens = await Upstream.start(endpoint);
  const address = {
    address: `http://127.0.0.1:${tokens.port}/oauth/token`,
    clientId: `${format}-client`,
    addresses: ["loopback"] as const,
  };
  const fixture = new Fixture({ tokenEndpoints: { claude: address, codex: { ...address, scope: "openid" } } });
  open.push(upstream, tokens, fixture);
  fixture.secrets.set("sign-in", file);
  const bearer = { header: "authorization", prefix: "Bearer " };
  const own: NewRoute = route(upstream.port, {
    secret: { handle: "sign-in", signIn: format },
    credential: [{ from: bearer, to: bearer }],
  });
  return { upstream, tokens, fixture, own };
}

const get = (listener: Awaited<ReturnType<Fixture["open"]>>) =>
  ask(listener, "/llm/test/x", { headers: { authorization: `Bearer ${listener.sentinel}` } });

test("a token that is still good is put in, and nothing is refreshed", async () => {
  const { upstream, tokens, fixture, own } = await signedIn("claude", claudeFile(later()), () => {});
  const listener = await fixture.open([own]);
  expect((await get(listener)).status).toBe(200);
  expect(sent(upstream.asked[0], "authorization")).toEqual(["Bearer real-access-1"]);
  expect(tokens.asked).toEqual([]);
});

test("a token that runs out is refreshed once for all who need it, and the new file is in the vault", async () => {
  const { upstream, tokens, fixture, own } = await signedIn("claude", claudeFile(later()), (_, response) =>
    setImmediate(() =>
      response
        .writeHead(200, { "content-type": "application/json" })
        .end('{"access_token":"real-access-2","refresh_token":"real-refresh-2","expires_in":28800}'),
    ),
  );
  const listener = await fixture.open([own]);
  fixture.secrets.set("sign-in", claudeFile(soon()));
  const answers = await Promise.all(Array.from({ length: 5 }, () => get(listener)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(tokens.asked.length).toBe(1);
  expect(JSON.parse(await tokens.asked[0]!.body)).toEqual({
    grant_type: "refresh_token",
    refresh_token: "real-refresh-1",
    client_id: "claude-client",
  });
  expect(upstream.asked.flatMap((asked) => sent(asked, "authorization"))).toEqual(
    Array(5).fill("Bearer real-access-2"),
  );
  const file = JSON.parse(fixture.secrets.get("sign-in")!);
  expect(file).toMatchObject({
    claudeAiOauth: { accessToken: "real-access-2", refreshToken: "real-refresh-2", subscriptionType: "max" },
    other: { kept: true },
  });
  expect(file.claudeAiOauth.expiresAt).toBeGreaterThan(Date.now() + 28_000_000);
});

test("Codex's token says itself when it ends, and is refreshed the same way", async () => {
  const fresh = jwt({ exp: Math.floor(later() / 1000), n: 2 });
  const { upstream, tokens, fixture, own } = await signedIn("codex", codexFile(soon()), (_, response) =>
    response.writeHead(200).end(JSON.stringify({ access_token: fresh, id_token: jwt({ new: true }) })),
  );
  const listener = await fixture.open([own]);
  expect((await get(listener)).status).toBe(200);
  expect(sent(upstream.asked[0], "authorization")).toEqual([`Bearer ${fresh}`]);
  expect(JSON.parse(await tokens.asked[0]!.body)).toMatchObject({ client_id: "codex-client", scope: "openid" });
  // Without a new refresh token the old one stays.
  expect(readSignIn("codex", fixture.secrets.get("sign-in")!)).toMatchObject({
    accessToken: fresh,
    refreshToken: "real-refresh-1",
  });
});

test("a sign-in that is no longer valid stops requests and says what to do; nothing of it is said", async () => {
  const { upstream, fixture, own } = await signedIn("claude", claudeFile(later()), (_, response) =>
    response.writeHead(400).end('{"error":"invalid_grant real-refresh-1"}'),
  );
  const listener = await fixture.open([own]);
  fixture.secrets.set("sign-in", claudeFile(soon()));
  expect(await get(listener)).toMatchObject({
    status: 503,
    body: "broker has no credential: The sign-in is no longer valid",
  });
  expect(upstream.asked).toEqual([]);
  expect(JSON.stringify(listener.requests.values())).not.toMatch(/real-/);
});

test.each([
  ["an error", (response: Parameters<Answering>[1]) => response.writeHead(500).end("real-refresh-1")],
  ["no JSON", (response: Parameters<Answering>[1]) => response.writeHead(200).end("real-refresh-1")],
  [
    "a redirect",
    (response: Parameters<Answering>[1]) => response.writeHead(302, { location: "http://evil.example" }).end(),
  ],
  ["nothing", (response: Parameters<Answering>[1]) => response.destroy()],
])("a token endpoint that answers %s leaves the sign-in as it was", async (_, answer) => {
  const { fixture, own } = await signedIn("claude", claudeFile(later()), (_request, response) => void answer(response));
  const listener = await fixture.open([own]);
  const file = claudeFile(soon());
  fixture.secrets.set("sign-in", file);
  const { status, body } = await get(listener);
  expect({ status, body: body.replace(/\(.*\)/, "(…)") }).toEqual({
    status: 503,
    body: "broker has no credential: The sign-in could not be refreshed (…)",
  });
  expect(body).not.toMatch(/real-/);
  expect(fixture.secrets.get("sign-in")).toBe(file);
});

test("a file that is none is refused before anything listens", async () => {
  const { fixture, own } = await signedIn("codex", "sk-not-a-file", () => {});
  await expect(fixture.open([own])).rejects.toThrow("vault: This is not the auth.json of Codex");
});

test.each([
  ["claude", claudeFile(soon())],
  ["codex", codexFile(soon())],
] as const)("the file for inside has the form of %s, the run's token, and nothing to sign in with", (format, file) => {
  const inside = sentinelFile(format, file, "cellar-token", new Date());
  expect(inside).not.toMatch(/real-|me@example|user-1/);
  for (const part of JSON.stringify(JSON.parse(file)).match(/[\w-]+\.[\w-]{20,}\.[\w-]+/g) ?? [])
    expect(inside).not.toContain(part);
  const parsed = JSON.parse(inside);
  if (format === "claude") {
    expect(parsed.claudeAiOauth).toMatchObject({
      accessToken: "cellar-token",
      refreshToken: "cellar-token",
      scopes: ["user:inference"],
      subscriptionType: "max",
    });
    expect(parsed.claudeAiOauth.expiresAt).toBeGreaterThan(later());
  } else {
    expect(parsed).toMatchObject({
      OPENAI_API_KEY: null,
      tokens: { access_token: "cellar-token", refresh_token: "cellar-token", account_id: "acc-1" },
    });
    const claims = JSON.parse(Buffer.from(parsed.tokens.id_token.split(".")[1], "base64url").toString());
    expect(claims["https://api.openai.com/auth"]).toEqual({ chatgpt_plan_type: "pro", chatgpt_account_id: "acc-1" });
  }
});
