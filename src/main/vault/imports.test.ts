/** Importing: what is read of a file, that values are never shown, and that a failed import changes nothing. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { VaultHome } from "#test/vault-home.ts";
import { readEnvFile } from "./env-file.ts";
import { readImport } from "./imports.ts";
import type { Vault } from "./index.ts";

let home: VaultHome;
beforeEach(() => {
  home = new VaultHome();
});
afterEach(() => {
  vi.useRealTimers();
  home[Symbol.dispose]();
});

const key = "-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabcd==\n-----END PRIVATE KEY-----\n";

describe("a .env file", () => {
  test.each<[string, string, Record<string, string>]>([
    ["a plain line", "A=1", { A: "1" }],
    ["blanks around", "  A =  b c  ", { A: "b c" }],
    ["export", "export A=1\nexport\tB=2", { A: "1", B: "2" }],
    ["Windows line ends and a mark at the start", "\ufeffA=1\r\nB=2\r\n", { A: "1", B: "2" }],
    ["comments", "# c\nA=1 # c\nB=a#b\nC='a # b'", { A: "1", B: "a#b", C: "a # b" }],
    ["double quotes", 'A="a\\nb\\"c\\\\"', { A: 'a\nb"c\\' }],
    ["single quotes", "A='a\\nb\"c'", { A: 'a\\nb"c' }],
    ["several lines in quotes", 'A="one\ntwo"\nB=3', { A: "one\ntwo", B: "3" }],
    ["a key without quotes", `A=${key}B=2`, { A: key, B: "2" }],
    ["a quote that is never closed", "A='b\nC=1", { A: "'b", C: "1" }],
    ["an equals sign in the value", "A=b=c==", { A: "b=c==" }],
    ["the last of two", "A=1\nA=2", { A: "2" }],
    ["an empty value", "A=\nB=''", { A: "", B: "" }],
  ])("%s", (_, text, expected) => {
    const { assignments } = readEnvFile(text);
    expect(Object.fromEntries(assignments.map(({ name, value }) => [name, value]))).toEqual(expected);
  });

  test("names the lines it does not understand by number, never by what is in them", () => {
    const read = readImport("A=1\nsk-live-secret without a name\n=x\nB=2");
    expect(read.ignored).toBe("2 lines were not understood: 2, 3.");
    expect(read.rows.map(({ name }) => name)).toEqual(["A", "B"]);
  });
});

describe("a secrets.toml", () => {
  test("gives its table [secrets]", () => {
    const read = readImport(
      'title = "x"\n[secrets]\nopenai = "sk-1"\n"My Key" = """a\nb"""\nport = 8080\nempty = " "\n',
    );
    expect(read).toMatchObject({ format: "toml", ignored: "Only the table [secrets] is read." });
    expect(read.rows).toEqual([
      { name: "openai", handle: "openai", value: "sk-1", problem: null },
      { name: "My Key", handle: "my_key", value: "a\nb", problem: null },
      { name: "port", handle: "port", value: "", problem: "not a text" },
      { name: "empty", handle: "empty", value: " ", problem: "refusing to store an empty value" },
    ]);
  });

  test("with a mistake is refused by place, without quoting the line", () => {
    const broken = '[secrets]\na = "sk-live-secret\nb = 2';
    expect(() => readImport(broken)).toThrow(/^that is not TOML: the reader gave up in line 2, column \d+$/);
    expect(() => readImport('[other]\na = "sk-live-secret"')).toThrow(/^there is no table \[secrets\]/);
  });
});

test.each(["", "just words", "# only a comment"])("%j holds no secret", (text) => {
  expect(() => readImport(text)).toThrow(/^there is no secret in that text$/);
});

describe("a preview", () => {
  const text = "OPENAI_API_KEY=sk-1\nAVP_VAULT_OTHER=sk-2\nTAKEN=sk-3\nEMPTY=\n";
  let vault: Vault;
  beforeEach(async () => {
    vault = await home.ready();
    await vault.set("taken", "before", false);
  });
  const reveal = async (handle: string) => (await vault.resolve(handle, "test")).reveal();

  test("says names, handles and conflicts, and no value", () => {
    const preview = vault.importPreview(text);
    expect(preview.rows).toEqual([
      { row: 0, name: "OPENAI_API_KEY", handle: "openai_api_key", exists: false, problem: null },
      { row: 1, name: "AVP_VAULT_OTHER", handle: "other", exists: false, problem: null },
      { row: 2, name: "TAKEN", handle: "taken", exists: true, problem: null },
      { row: 3, name: "EMPTY", handle: "empty", exists: false, problem: "refusing to store an empty value" },
    ]);
    expect(JSON.stringify(preview)).not.toContain("sk-");
  });

  test("is imported by row: added, under another name, replaced, left out", async () => {
    const { planId } = vault.importPreview(text);
    const handles = await vault.import(planId, [
      { row: 0, handle: "openai", force: false },
      { row: 2, handle: "taken", force: true },
    ]);
    expect(handles).toEqual(["openai", "taken"]);
    expect([await reveal("openai"), await reveal("taken"), vault.names()]).toEqual([
      "sk-1",
      "sk-3",
      ["openai", "taken"],
    ]);
    await expect(vault.import(planId, [])).rejects.toMatchObject({ code: "not_found" });
  });

  test.each<[string, { row: number; handle: string; force: boolean }, RegExp]>([
    ["one exists", { row: 2, handle: "taken", force: false }, /^secret 'taken' already exists$/],
    ["a handle is none", { row: 1, handle: "Not A Handle", force: false }, /^invalid handle/],
    ["a row is empty", { row: 3, handle: "empty", force: false }, /^EMPTY: refusing to store an empty value$/],
    ["a row is not there", { row: 9, handle: "nine", force: false }, /^row 9: there is no such row$/],
    ["two would be one", { row: 1, handle: "openai", force: true }, /^two rows would be stored as 'openai'$/],
  ])("that fails because %s changes nothing, and can be tried again", async (_, wrong, message) => {
    const { planId } = vault.importPreview(text);
    const good = { row: 0, handle: "openai", force: false };
    await expect(vault.import(planId, [good, wrong])).rejects.toThrow(message);
    expect([vault.names(), vault.state.secrets, await reveal("taken")]).toEqual([["taken"], 1, "before"]);
    expect(await vault.import(planId, [good])).toEqual(["openai"]);
  });

  test("waits for the vault to be unlocked", async () => {
    const { planId } = vault.importPreview(text);
    await vault.lock();
    const rows = [{ row: 0, handle: "openai", force: false }];
    await expect(vault.import(planId, rows)).rejects.toThrow(
      "the vault is locked, so secret 'openai' cannot be stored",
    );
    await vault.unlock("correct horse battery");
    expect(await vault.import(planId, rows)).toEqual(["openai"]);
  });

  test("is forgotten when asked, after ten minutes, and when there are too many", async () => {
    vi.useFakeTimers();
    const plans = Array.from({ length: 6 }, () => vault.importPreview(text).planId);
    const forgotten = (planId: string) => expect(vault.import(planId, [])).rejects.toMatchObject({ code: "not_found" });
    await forgotten(plans[0]!);
    vault.discardImport(plans[1]!);
    await forgotten(plans[1]!);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    for (const planId of plans) await forgotten(planId);
  });
});
