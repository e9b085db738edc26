/** The person's own sign-in, lent: read where their program keeps it, refreshed there as that program does, and never lost to it or by it. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { NewRoute } from "#main/broker/index.ts";
import { jwt } from "#test/doubles/subscription.ts";
import { sent, Upstream } from "#test/doubles/upstream.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { ask, Fixture, route } from "./fixture.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

const soon = () => Date.now() + 60_000;
const later = () => Date.now() + 3_600_000;
const claude = (n: number, expiresAt: number, more: object = {}) =>
  JSON.stringify({
    claudeAiOauth: {
      accessToken: `real-access-${n}`,
      refreshToken: `real-refresh-${n}`,
      expiresAt,
      scopes: ["user:inference"],
    },
    mcpOAuth: { kept: "as it is" },
    ...more,
  });
const codex = (n: number, expiresAt: number) =>
  JSON.stringify({
    OPENAI_API_KEY: null,
    tokens: {
      id_token: jwt({}),
      access_token: jwt({ exp: Math.floor(expiresAt / 1000), n }),
      refresh_token: `real-refresh-${n}`,
    },
  });

/** A home with a sign-in, and a token endpoint that takes each refresh token once. `between` runs while it is asked. */
async function person(format: "claude" | "codex", text: string | null, between: () => void | Promise<void> = () => {}) {
  const home = new TemporaryFolder("person");
  const file = format === "claude" ? home.in(".claude", ".credentials.json") : home.in(".codex", "auth.json");
  mkdirSync(dirname(file), { recursive: true });
  if (text !== null) writeFileSync(file, text, { mode: 0o600 });
  const spent: string[] = [];
  const tokens: Upstream = await Upstream.start(async (_, response) => {
    const { refresh_token } = JSON.parse(await tokens.asked.at(-1)!.body) as { refresh_token: string };
    await between();
    const again = spent.includes(refresh_token);
    spent.push(refresh_token);
    if (again) return void response.writeHead(400).end('{"error":"invalid_grant"}');
    const n = Number(refresh_token.at(-1)) + 1;
    const access_token = format === "claude" ? `real-access-${n}` : jwt({ exp: Math.floor(later() / 1000), n });
    response.end(JSON.stringify({ access_token, refresh_token: `real-refresh-${n}`, expires_in: 28_800 }));
  });
  const address = { address: `http://127.0.0.1:${tokens.port}/token`, clientId: "c", addresses: ["loopback"] as const };
  const upstream = await Upstream.start();
  const environment: Record<string, string> = { HOME: home.path };
  const fixture = new Fixture({
    tokenEndpoints: { claude: address, codex: address },
    loginEnvironment: async () => environment,
  });
  open.push({ [Symbol.asyncDispose]: async () => home[Symbol.dispose]() }, tokens, upstream, fixture);
  const bearer = { header: "authorization", prefix: "Bearer " };
  const lent: NewRoute = route(upstream.port, {
    secret: { handle: format, signIn: format, lent: true },
    credential: [{ from: bearer, to: bearer }],
  });
  const get = async (listener: Awaited<ReturnType<Fixture["open"]>>) =>
    ask(listener, "/llm/test/x", { headers: { authorization: `Bearer ${listener.sentinel}` } });
  const shown = () => upstream.asked.flatMap((asked) => sent(asked, "authorization"));
  return { home, file, spent, upstream, environment, fixture, lent, get, shown };
}
const signIn = (file: string) => JSON.parse(readFileSync(file, "utf8")).claudeAiOauth;

test("its access token is put in, as the file has it at that moment, and the vault is not asked", async () => {
  const { file, fixture, lent, get, shown, spent } = await person("claude", claude(1, later()));
  const listener = await fixture.open([lent]);
  await get(listener);
  // As the person's own program refreshes it.
  writeFileSync(file, claude(5, later()));
  await get(listener);
  expect(shown()).toEqual(["Bearer real-access-1", "Bearer real-access-5"]);
  expect([spent, fixture.uses]).toEqual([[], []]);
});

test("it is found where the person's environment says", async () => {
  const { home, fixture, lent, get, shown, environment } = await person("claude", null);
  await expect(fixture.open([lent])).rejects.toThrow(/^There is no sign-in of Claude Code to lend: /);
  environment["CLAUDE_CONFIG_DIR"] = home.in("elsewhere");
  mkdirSync(home.in("elsewhere"));
  writeFileSync(home.in("elsewhere", ".credentials.json"), claude(3, later()));
  await get(await fixture.open([lent]));
  expect(shown()).toEqual(["Bearer real-access-3"]);
});

test("it is refreshed once for all who need it, in the person's file, of which nothing else changes", async () => {
  const { file, fixture, lent, get, shown, spent, home } = await person("claude", claude(1, later()));
  const listener = await fixture.open([lent]);
  writeFileSync(file, claude(1, soon(), { more: 1 }));
  chmodSync(file, 0o640);
  const answers = await Promise.all(Array.from({ length: 5 }, () => get(listener)));
  expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
  expect(spent).toEqual(["real-refresh-1"]);
  expect(shown()).toEqual(Array(5).fill("Bearer real-access-2"));
  const after = JSON.parse(readFileSync(file, "utf8"));
  expect(after).toMatchObject({
    claudeAiOauth: { accessToken: "real-access-2", refreshToken: "real-refresh-2", scopes: ["user:inference"] },
    mcpOAuth: { kept: "as it is" },
    more: 1,
  });
  expect(after.claudeAiOauth.expiresAt).toBeGreaterThan(Date.now() + 28_000_000);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readdirSync(dirname(file))).toEqual([".credentials.json"]);
  expect(readdirSync(home.path).sort()).toEqual([".claude"]);
});

test("a file that is a link stays one, and what it leads to is replaced", async () => {
  const { file, home, fixture, lent, get } = await person("claude", null);
  mkdirSync(home.in("dotfiles"));
  writeFileSync(home.in("dotfiles", "c.json"), claude(1, soon()));
  symlinkSync(home.in("dotfiles", "c.json"), file);
  await get(await fixture.open([lent]));
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(signIn(home.in("dotfiles", "c.json"))).toMatchObject({ refreshToken: "real-refresh-2" });
});

test("while the person's own program refreshes, it waits, and takes what that has got", async () => {
  const { file, fixture, lent, get, shown, spent } = await person("claude", claude(1, later()));
  const listener = await fixture.open([lent]);
  writeFileSync(file, claude(1, soon()));
  const lock = join(dirname(file), ".oauth_refresh.lock");
  mkdirSync(lock);
  const answer = get(listener);
  // By the time so many others were answered, it would have refreshed.
  for (let times = 0; times < 30; times++) await ask(listener, "/health");
  writeFileSync(file, claude(7, later()));
  rmdirSync(lock);
  expect((await answer).status).toBe(200);
  expect([shown(), spent]).toEqual([["Bearer real-access-7"], []]);
});

test("a lock that somebody left is taken over, both are held meanwhile, and both are given back", async () => {
  const held: boolean[] = [];
  let locks: string[] = [];
  const { file, fixture, lent, get } = await person("claude", claude(1, later()), () => {
    held.push(...locks.map((lock) => existsSync(lock)));
  });
  locks = [join(dirname(file), ".oauth_refresh.lock"), `${dirname(file)}.lock`];
  const listener = await fixture.open([lent]);
  writeFileSync(file, claude(1, soon()));
  mkdirSync(locks[0]!);
  const long = new Date(Date.now() - 120_000);
  utimesSync(locks[0]!, long, long);
  expect((await get(listener)).status).toBe(200);
  expect(held).toEqual([true, true]);
  expect(locks.map((lock) => existsSync(lock))).toEqual([false, false]);
});

test.each<[string, "claude" | "codex", (n: number, at: number) => string]>([
  ["Claude Code", "claude", claude],
  ["Codex", "codex", codex],
])("a refresh by %s at the same time, without a lock, is not lost: what it wrote stays", async (_, format, file) => {
  let write = () => {};
  const own = await person(format, file(1, later()), () => write());
  const listener = await own.fixture.open([own.lent]);
  writeFileSync(own.file, file(1, soon()));
  const theirs = file(8, later());
  write = () => writeFileSync(own.file, theirs);
  expect((await own.get(listener)).status).toBe(200);
  expect(readFileSync(own.file, "utf8")).toBe(theirs);
  await own.get(listener);
  const token = format === "claude" ? "real-access-8" : JSON.parse(theirs).tokens.access_token;
  expect(own.shown().at(-1)).toBe(`Bearer ${token}`);
});

test("a refresh token that the person's program has spent before is no end: its new one is there", async () => {
  let write = () => {};
  const own = await person("codex", codex(1, later()), () => write());
  const listener = await own.fixture.open([own.lent]);
  writeFileSync(own.file, codex(1, soon()));
  own.spent.push("real-refresh-1");
  const theirs = codex(8, later());
  write = () => writeFileSync(own.file, theirs);
  expect((await own.get(listener)).status).toBe(200);
  expect(own.shown()).toEqual([`Bearer ${JSON.parse(theirs).tokens.access_token}`]);
  expect(readFileSync(own.file, "utf8")).toBe(theirs);
});

test("a file that is being written is read when it is whole", async () => {
  const { file, fixture, lent, get, shown } = await person("codex", codex(1, later()));
  const listener = await fixture.open([lent]);
  const whole = codex(2, later());
  writeFileSync(file, whole.slice(0, 40));
  const answer = get(listener);
  setImmediate(() => writeFileSync(file, whole));
  expect((await answer).status).toBe(200);
  expect(shown()).toEqual([`Bearer ${JSON.parse(whole).tokens.access_token}`]);
});

test("one that could not be put back is not refreshed: the person stays signed in", async () => {
  const { file, home, fixture, lent, get, spent } = await person("codex", null);
  // No file beside it can be made: its name would be too long.
  const long = home.in("x".repeat(250));
  writeFileSync(long, codex(1, later()));
  symlinkSync(long, file);
  const listener = await fixture.open([lent]);
  writeFileSync(long, codex(1, soon()));
  expect(await get(listener)).toMatchObject({ status: 503, body: expect.stringContaining("cannot be replaced") });
  expect(spent).toEqual([]);
});

test.each<[string, (file: string) => void]>([
  ["is signed out", (file) => writeFileSync(file, "{}")],
  ["is no longer valid", (file) => writeFileSync(file, claude(1, soon()))],
])("when the person %s, requests end with what to do, and nothing of it is said", async (what, change) => {
  const { file, fixture, lent, get, upstream, spent } = await person("claude", claude(1, later()));
  const listener = await fixture.open([lent]);
  change(file);
  spent.push("real-refresh-1");
  const { status, body } = await get(listener);
  expect(status).toBe(503);
  expect(body).toMatch(what === "is signed out" ? /There is no sign-in of Claude Code to lend/ : /no longer valid/);
  expect(body + JSON.stringify(listener.requests.values())).not.toMatch(/real-/);
  expect(upstream.asked).toEqual([]);
});

test("after a restart of main it is lent again, and no row holds anything of it", async () => {
  const { fixture, lent, get, shown } = await person("claude", claude(1, later()));
  const before = await fixture.open([lent], { listen: { loopback: 0 } });
  await fixture.broker.stop();
  const again = fixture.another();
  expect(await again.restore()).toEqual([]);
  await get(again.of(before.owner)!);
  expect(shown()).toEqual(["Bearer real-access-1"]);
  expect(JSON.stringify(fixture.store.database.prepare("SELECT * FROM broker_listeners").all())).not.toMatch(/real-/);
});
