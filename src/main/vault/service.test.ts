/** The rules of handles: where a secret comes from, how it is stored and replaced, and the words in which each is refused. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sqliteDriver } from "#node/store/driver.ts";
import { cheap, passphrase, VaultHome } from "#test/vault-home.ts";
import type { Vault } from "./index.ts";

let home: VaultHome;
beforeEach(() => {
  home = new VaultHome();
});
afterEach(() => home[Symbol.dispose]());

const value = "sk-live-9f8e7d6c5b4a";
const reveal = async (vault: Vault, handle: string) => (await vault.resolve(handle, "test")).reveal();

describe("a handle", () => {
  test.each(["openai", "a", "my-key_2", "0"])("%s is one", async (handle) => {
    const vault = await home.ready();
    await vault.set(handle, value, false);
    expect(await reveal(vault, handle)).toBe(value);
  });

  test.each(["", "Open", "a b", "ä", "a.b", "../x", "a\n", "__Proto__", "x".repeat(101)])(
    "%j is none",
    async (handle) => {
      const vault = await home.ready();
      await expect(vault.set(handle, value, false)).rejects.toThrow(
        /^invalid handle '.*': use lowercase letters, digits, '-', '_'/s,
      );
      await expect(vault.resolve(handle, "test")).rejects.toThrow(/^invalid handle/);
      expect(vault.names()).toEqual([]);
    },
  );

  test("that is a secret pasted into the wrong field is not repeated whole", async () => {
    const vault = await home.ready();
    const token = `ghp_${"A1b2".repeat(10)}`;
    await expect(vault.set(token, value, false)).rejects.not.toThrow(token);
  });
});

describe("a secret is looked for", () => {
  test("in its own variable, then in the bare one, then in the store", async () => {
    const vault = await home.ready();
    await vault.set("open-ai", "stored", false);
    expect(await reveal(vault, "open-ai")).toBe("stored");
    home.environment = { OPEN_AI: "bare" };
    expect(await reveal(vault, "open-ai")).toBe("bare");
    home.environment = { OPEN_AI: "bare", AVP_VAULT_OPEN_AI: "own" };
    expect(await reveal(vault, "open-ai")).toBe("own");
    home.environment = { OPEN_AI: "bare", AVP_VAULT_OPEN_AI: "" };
    expect(await reveal(vault, "open-ai")).toBe("bare");
  });

  test("and not found in these words", async () => {
    const vault = await home.ready();
    await expect(vault.resolve("open-ai", "test")).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringMatching(
        /^vault handle 'open-ai' not found\. Set \$AVP_VAULT_OPEN_AI or add it under \[secrets\] in /,
      ),
    });
  });

  test("in the environment also while the vault is locked, or was never set up", async () => {
    home.environment = { AVP_VAULT_X: "from outside" };
    const vault = home.open();
    expect(await reveal(vault, "x")).toBe("from outside");
    await vault.setUp(passphrase);
    await vault.lock();
    expect(await reveal(vault, "x")).toBe("from outside");
  });

  test("and when the vault is locked in mid-run, that is what is said", async () => {
    const vault = await home.ready();
    await vault.set("x", value, false);
    await vault.resolve("x", "test");
    await vault.lock();
    await expect(vault.resolve("x", "test")).rejects.toMatchObject({
      code: "unavailable",
      message: "the vault is locked, so secret 'x' cannot be read",
      hint: "Unlock the vault and try again.",
    });
    await vault.unlock(passphrase);
    expect(await reveal(vault, "x")).toBe(value);
  });
});

describe("storing", () => {
  test("refuses an empty value, in these words", async () => {
    const vault = await home.ready();
    for (const empty of ["", " ", "\n\t"]) {
      await expect(vault.set("x", empty, true)).rejects.toThrow(/^refusing to store an empty value$/);
    }
  });

  test("over what exists needs force, and says so", async () => {
    const vault = await home.ready();
    expect(await vault.set("x", "first", false)).toMatchObject({ id: "x", revision: 1, source: "stored" });
    await expect(vault.set("x", "second", false)).rejects.toMatchObject({
      code: "conflict",
      message: "secret 'x' already exists",
    });
    expect(await reveal(vault, "x")).toBe("first");
    expect(await vault.set("x", "second", true)).toMatchObject({ revision: 2 });
    expect(await reveal(vault, "x")).toBe("second");
  });

  test("a rotated secret has the next revision, and the previous value is nowhere in the files", async () => {
    const vault = await home.ready();
    await vault.set("x", "first", false);
    const before = rawItem();
    expect(await vault.rotate("x", "second")).toMatchObject({ revision: 2 });
    home.close();
    for (const name of readdirSync(home.folder.path)) {
      const bytes = readFileSync(home.folder.in(name));
      expect([name, bytes.includes(before), bytes.includes(before.subarray(0, 16))]).toEqual([name, false, false]);
    }
    expect(await reveal(await home.again(), "x")).toBe("second");
  });

  test("rotating or deleting the unknown is refused, in these words", async () => {
    const vault = await home.ready();
    await expect(vault.rotate("x", value)).rejects.toThrow(/^'x' is not in the vault$/);
    await expect(vault.delete("x", true)).rejects.toThrow(/^'x' is not in the vault$/);
    home.environment = { AVP_VAULT_X: "outside" };
    await vault.start();
    await expect(vault.delete("x", true)).rejects.toThrow(/^'x' is not in the vault$/);
  });

  test("keeps any text as it is, over a restart", async () => {
    const vault = await home.ready();
    const texts = { long: "x".repeat(65_536), lines: "a\nb\r\n\n", sign: "💥\u0000 e\u0301\"'`$", json: '{"k":"v"}' };
    for (const [handle, text] of Object.entries(texts)) await vault.set(handle, text, false);
    const again = await home.again();
    for (const [handle, text] of Object.entries(texts)) expect(await reveal(again, handle)).toBe(text);
  });
});

describe("the list", () => {
  test("says names, sources and uses, and nothing else that could be a value", async () => {
    const vault = await home.ready();
    home.environment = { AVP_VAULT_FROM_OUTSIDE: "env-value-1", SHADOWED: "env-value-2", PATH: "/bin" };
    await vault.start();
    await vault.set("stored", value, false);
    await vault.set("shadowed", value, false);
    await vault.resolve("stored", "bottle api");
    expect(
      vault.secrets.values().map(({ id, source, variable, revision }) => [id, source, variable, revision]),
    ).toEqual([
      ["from_outside", "environment", "AVP_VAULT_FROM_OUTSIDE", null],
      ["stored", "stored", null, 1],
      ["shadowed", "environment", "SHADOWED", 1],
    ]);
    const said = JSON.stringify([vault.secrets.values(), vault.state, vault.names()]);
    for (const secret of [value, "env-value-1", "env-value-2", "/bin"]) expect(said).not.toContain(secret);
  });

  test("tells who used a secret, how often and when last, over a restart", async () => {
    const vault = await home.ready();
    await vault.set("x", value, false);
    home.now = () => Date.parse("2030-01-01T10:00:00Z");
    await vault.resolve("x", "bottle api");
    await vault.resolve("x", "bottle api");
    home.now = () => Date.parse("2030-01-01T11:00:00Z");
    await vault.resolve("x", "run brave-fox");
    const uses = [
      { usedBy: "run brave-fox", lastUsedAt: "2030-01-01T11:00:00.000Z", times: 1 },
      { usedBy: "bottle api", lastUsedAt: "2030-01-01T10:00:00.000Z", times: 2 },
    ];
    expect(vault.usage("x")).toEqual({ handle: "x", uses, neededBy: [] });
    expect(home.open().usage("x").uses).toEqual(uses);
  });

  test("tells of the latest users, over a restart too, when there are many", async () => {
    const vault = await home.ready();
    await vault.set("x", value, false);
    const users = [...Array(25).keys(), 7].map((number) => `bottle ${number}`);
    for (const [second, user] of users.entries()) {
      home.now = () => Date.parse("2030-01-01T10:00:00Z") + second * 1000;
      await vault.resolve("x", user);
    }
    const latest = [...new Set(users.toReversed())].slice(0, 20);
    expect(vault.usage("x").uses.map(({ usedBy }) => usedBy)).toEqual(latest);
    expect(
      home
        .open()
        .usage("x")
        .uses.map(({ usedBy }) => usedBy),
    ).toEqual(latest);
  });

  test("a secret that something has used or needs is deleted only with force", async () => {
    const vault = await home.ready();
    await vault.set("used", value, false);
    await vault.set("needed", value, false);
    await vault.set("free", value, false);
    await vault.resolve("used", "bottle api");
    const end = vault.addNeeds(() => [{ handle: "needed", neededBy: "commission nightly" }]);
    await expect(vault.delete("used", false)).rejects.toThrow(/^secret 'used' is used by bottle api, last at 20/);
    await expect(vault.delete("needed", false)).rejects.toThrow(/^secret 'needed' is needed by commission nightly$/);
    await vault.delete("free", false);
    await vault.delete("used", true);
    end();
    await vault.delete("needed", false);
    expect(vault.names()).toEqual([]);
  });
});

describe("what is known, for redaction", () => {
  const known = (vault: Vault) => vault.known().map(({ name, secret }) => [name, secret.reveal()]);

  test("is every stored value while it is unlocked, with those of the environment", async () => {
    const vault = await home.ready();
    await vault.set("a", "one", false);
    home.environment = { AVP_VAULT_B: "two" };
    await vault.start();
    expect(known(vault)).toEqual([
      ["a", "one"],
      ["b", "two"],
    ]);
    expect(JSON.stringify(vault.known())).not.toMatch(/one|two/);
  });

  test("is what was handed out also after it was rotated, deleted or locked", async () => {
    const vault = await home.ready();
    await vault.set("a", "one", false);
    await vault.set("b", "never used", false);
    await vault.resolve("a", "test");
    await vault.rotate("a", "two");
    expect(known(vault)).toContainEqual(["a", "one"]);
    await vault.lock();
    expect(known(vault)).toEqual([["a", "one"]]);
  });

  test("listeners hear of every change, and of no use", async () => {
    const vault = await home.ready();
    let heard = 0;
    const end = vault.onChange(() => {
      heard += 1;
    });
    await vault.set("a", "one", false);
    const after = heard;
    expect(after).toBeGreaterThan(0);
    await vault.resolve("a", "test");
    expect(heard).toBe(after);
    await vault.lock();
    expect(heard).toBeGreaterThan(after);
    end();
  });
});

test("the file is for its owner alone, and says nothing", async () => {
  const vault = await home.ready();
  await vault.set("x", value, false);
  home.close();
  const forms = [value, Buffer.from(value).toString("base64"), Buffer.from(value).toString("hex"), passphrase];
  for (const name of readdirSync(home.folder.path)) {
    expect([name, statSync(home.folder.in(name)).mode & 0o777]).toEqual([name, 0o600]);
    for (const form of forms) expect(readFileSync(home.folder.in(name)).includes(form)).toBe(false);
  }
  expect(readdirSync(home.folder.path).sort()).toEqual(["vault.db", "vault.db.backup"]);
});

test("what was handed out is not handed out again once its box was changed by something else", async () => {
  const vault = await home.ready();
  await vault.set("x", value, false);
  expect(await reveal(vault, "x")).toBe(value);
  const box = rawItem();
  // In the middle: the end, by which boxes are told apart, stays.
  box[14]! ^= 1;
  const database = new (sqliteDriver())(home.path);
  database.prepare("UPDATE items SET box = ?").run(box);
  database.close();
  await expect(reveal(vault, "x")).rejects.toThrow(/is not what Cellar stored/);
});

test("the real cost of a passphrase is what OWASP asks for", async () => {
  const { strongCost, wrapWithPassphrase, unwrapWithPassphrase } = await import("./passphrase.ts");
  const key = Buffer.alloc(32, 7);
  const wrap = await wrapWithPassphrase(key, "caf\u00e9 au lait", "id", strongCost);
  expect(wrap).toMatchObject({ N: 131_072, r: 8, p: 1 });
  expect(await unwrapWithPassphrase(wrap, "cafe\u0301 au lait", "id")).toEqual(key);
  expect(await unwrapWithPassphrase(wrap, "cafe au lait", "id")).toBeNull();
  expect(await unwrapWithPassphrase(wrap, "caf\u00e9 au lait", "another id")).toBeNull();
  expect(await unwrapWithPassphrase({ ...wrap, N: cheap.N }, "caf\u00e9 au lait", "id")).toBeNull();
});

/** The ciphertext of the only item, as it lies in the file. */
function rawItem(): Buffer {
  const database = new (sqliteDriver())(home.path, { readonly: true });
  try {
    return database.prepare("SELECT box FROM items").pluck().get() as Buffer;
  } finally {
    database.close();
  }
}
