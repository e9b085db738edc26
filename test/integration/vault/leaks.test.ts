/** What a script does with the vault leaves no secret behind: not in arguments, not in a failure of any kind, not in a log, not after a crash. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { rpcPath, rpcProtocol, subprotocols, tokenOfFragment } from "#shared/connection.ts";
import { secretInputs } from "#shared/vault/secret-inputs.ts";
import { call } from "#test/product/call.ts";
import { Product } from "#test/product/product.ts";

const program = resolve(import.meta.dirname, "../../../resources/bin/cellar");
const passphrase = "blue horses run at night";
const value = "sk-canary-5d4c3b2a1f0e";

let product: Product;
beforeAll(async () => {
  product = await Product.start();
});
afterAll(() => product?.[Symbol.asyncDispose]());

type Said = { code: number; out: string; err: string };
function cellar(procedure: string, input: unknown): Promise<Said> {
  return new Promise((settle) => {
    const options = { env: product.environment, timeout: 60_000 };
    const child = execFile(program, ["call", procedure, "-"], options, (error, out, err) => {
      settle({ code: error === null ? 0 : Number(error.code), out, err });
    });
    child.stdin?.end(typeof input === "string" ? input : JSON.stringify(input));
  });
}

/** All logs, as text. */
function logs(): string {
  const folder = join(product.home, "logs");
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

test("a script sets the vault up, stores and rotates by standard input", async () => {
  expect(await cellar("vault.setUp", { passphrase })).toMatchObject({ code: 0, err: "" });
  const stored = await cellar("vault.set", { handle: "openai", value });
  expect(JSON.parse(stored.out)).toMatchObject({ id: "openai", source: "stored", revision: 1 });
  const rotated = await cellar("vault.rotate", { handle: "openai", value: `${value}-2` });
  expect(JSON.parse(rotated.out)).toMatchObject({ revision: 2 });
  expect(JSON.parse((await cellar("vault.names", {})).out)).toEqual({ handles: ["openai"] });
  expect(stored.out + rotated.out).not.toContain(value);
});

test.each([...secretInputs])(
  "%s does not take its input from the arguments, and does not repeat it",
  async (procedure) => {
    const said = await new Promise<Said>((settle) => {
      execFile(program, ["call", procedure, `{"value":"${value}"}`], { env: product.environment }, (error, out, err) =>
        settle({ code: Number(error?.code), out, err }),
      );
    });
    expect(said.code).toBe(2);
    expect(JSON.parse(said.err)).toMatchObject({
      code: "invalid_input",
      hint: `cellar call ${procedure} - < input.json`,
    });
    expect(said.err).not.toContain(value);
  },
);

describe("a failure does not repeat what it was given", () => {
  test.each<[string, string, unknown]>([
    ["no JSON", "vault.set", `{"handle":"x","value":${value}}`],
    ["cut JSON", "vault.set", `{"handle":"x","value":"${value}`],
    ["a value of another type", "vault.set", { handle: "x", value: [value] }],
    ["a key of another name", "vault.set", { handle: "x", secret: value }],
    ["a value too long", "vault.set", { handle: "x", value: value.repeat(5_000) }],
    ["no handle", "vault.set", { handle: "Not One", value }],
    ["one that exists", "vault.set", { handle: "openai", value }],
    ["an unknown handle", "vault.rotate", { handle: "unknown", value }],
    ["a wrong passphrase", "vault.changePassphrase", { current: value, next: `${value} new` }],
    ["a second set-up", "vault.setUp", { passphrase: value }],
    ["text that is no TOML", "vault.importPreview", { text: `[secrets]\na = "${value}` }],
    ["text without a secret", "vault.importPreview", { text: value }],
    ["a host that is none", "vault.saveGitCredential", gitCredential({ host: "a b" })],
    ["a key that is none", "vault.saveGitCredential", gitCredential({ kind: "ssh-key" })],
  ])("%s", async (_, procedure, input) => {
    const said = await cellar(procedure, input);
    expect(said.code).toBeGreaterThan(0);
    expect(said.out).toBe("");
    const parts = [value, value.slice(0, 12), value.slice(-12), Buffer.from(value).toString("base64").slice(0, 16)];
    for (const part of parts) expect(said.err).not.toContain(part);
  });
});

function gitCredential(more: object): unknown {
  return { name: "g", kind: "token", host: "github.com", userName: "x", secret: value, ...more };
}

test("a window that sends garbage with a secret in it gets no part of it back", async () => {
  const { origin, hash } = new URL(product.url);
  const socket = new WebSocket(
    origin.replace("http", "ws") + rpcPath,
    subprotocols(rpcProtocol, tokenOfFragment(hash)),
    {
      headers: { origin },
    },
  );
  const answers: string[] = [];
  await new Promise((opened) => socket.once("open", opened));
  const closed = new Promise((ended) => socket.once("close", ended));
  const answered = new Promise<void>((enough) => {
    socket.on("message", (data) => {
      answers.push(String(data));
      if (answers.length === 3) enough();
    });
  });
  const send = (id: string, json: unknown) =>
    socket.send(JSON.stringify({ i: id, p: { u: "/vault/set", b: { json, meta: [] } } }));
  send("1", value);
  send("2", { handle: "x", value: { [value]: value } });
  send("3", { handle: "x", value, force: value });
  await answered;
  socket.send(`${value} is no message`);
  await closed;
  expect(answers.join("\n")).toMatch(/invalid_input/);
  expect(answers.join("\n")).not.toContain(value);
});

test("no log has any of it, and a crash leaves the vault locked and whole", async () => {
  await product.end("SIGKILL");
  await product.start();
  const state = await call(product, "vault.state", {});
  expect(state).toMatchObject({ state: "locked", secrets: 1, problems: [] });
  await call(product, "vault.unlock", { passphrase });
  expect(await call(product, "vault.names", {})).toEqual({ handles: ["openai"] });
  expect(logs().length).toBeGreaterThan(0);
  for (const secret of [value, passphrase, Buffer.from(value).toString("base64").slice(0, 20)]) {
    expect(logs()).not.toContain(secret);
  }
});
