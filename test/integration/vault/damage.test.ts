/** A vault whose file was damaged, cut short or tampered with: what was stored is there, or it is said what is not; nothing wrong is handed out. */
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Vault } from "#main/vault/index.ts";
import { sqliteDriver } from "#node/store/driver.ts";
import { passphrase, VaultHome } from "#test/vault-home.ts";

const values: Record<string, string> = Object.fromEntries(
  Array.from({ length: 12 }, (_, n) => [`secret-${n}`, `value-${n}-${"x".repeat(n * 40)}`]),
);
const token = "ghp_0123456789";

let home: VaultHome;
let whole: Buffer;
let backup: Buffer;

beforeAll(async () => {
  home = new VaultHome();
  const vault = await home.ready();
  for (const [handle, value] of Object.entries(values)) await vault.set(handle, value, false);
  await vault.saveGitCredential({
    name: "github",
    kind: "token",
    host: "github.com",
    userName: "x",
    scope: "*",
    secret: token,
    force: false,
  });
  await vault.resolve("secret-0", "a bottle");
  home.close();
  whole = readFileSync(home.path);
  backup = readFileSync(`${home.path}.backup`);
});
afterAll(() => home[Symbol.dispose]());

beforeEach(() => {
  home.close();
  for (const name of readdirSync(home.folder.path)) rmSync(home.folder.in(name));
  put(whole, backup);
});

function put(main: Buffer | null, copy: Buffer | null): void {
  if (main) writeFileSync(home.path, main);
  else rmSync(home.path, { force: true });
  if (copy) writeFileSync(`${home.path}.backup`, copy);
  else rmSync(`${home.path}.backup`, { force: true });
}

async function contentsOf(vault: Vault): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const handle of vault.names()) found[handle] = (await vault.resolve(handle, "test")).reveal();
  return found;
}

/** Opens it, and everything that was stored is there. */
async function expectEverything(what: string): Promise<Vault> {
  const vault = await home.again();
  expect(await contentsOf(vault), what).toEqual(values);
  expect((await vault.gitCredential("github.com", "a/b", "test"))?.secret.reveal(), what).toBe(token);
  return vault;
}

describe("a changed byte anywhere in the file", () => {
  // The header of the file and of each page byte by byte, where a byte means most; the rest in steps that are no power of two.
  const header = Array.from({ length: 120 }, (_, offset) => offset);
  const offsets = () => [
    ...header,
    ...Array.from({ length: Math.floor(whole.length / 4096) }, (_, page) => page * 4096 + (page % 16)),
    ...Array.from({ length: 150 }, (_, n) => Math.floor((n * whole.length) / 150) + (n % 7)),
  ];

  test.each([0xff, 0x01])("loses nothing (mask %d)", async (mask) => {
    let announced = 0;
    for (const offset of offsets().filter((each) => each < whole.length)) {
      home.close();
      for (const name of readdirSync(home.folder.path)) rmSync(home.folder.in(name));
      const bytes = Buffer.from(whole);
      bytes[offset] = bytes[offset]! ^ mask;
      put(bytes, backup);
      const vault = await expectEverything(`byte ${offset}`);
      if (vault.notices.length > 0) {
        announced += 1;
        expect(vault.notices[0]).toMatch(/was damaged. It was set aside as .* replaced by the backup of/);
        const aside = /set aside as (\S+) and/.exec(vault.notices[0]!)![1]!;
        expect(existsSync(aside)).toBe(true);
      }
    }
    // Free space may change unnoticed; a file in which most changes go unnoticed is not checked at all.
    expect(announced).toBeGreaterThan(offsets().length / 3);
  });
});

test.each([0, 1, 99, 100, 511, 4095, 4096, 4097, 9000, -1, -4096])(
  "a file cut to %d bytes loses nothing",
  async (length) => {
    truncateSync(home.path, length < 0 ? whole.length + length : length);
    const vault = await expectEverything(`cut to ${length}`);
    expect(vault.notices).toHaveLength(1);
  },
);

test("a half-written file, its second half from nowhere, loses nothing", async () => {
  const bytes = Buffer.from(whole);
  bytes.fill(0, Math.floor(bytes.length / 2));
  put(bytes, backup);
  expect((await expectEverything("half")).notices).toHaveLength(1);
});

test("a file that is gone is there again from the backup, with a word about it", async () => {
  put(null, backup);
  expect((await expectEverything("gone")).notices).toHaveLength(1);
});

test.each([0, 100, 9000])("a backup cut to %d bytes costs nothing", async (length) => {
  put(whole, backup.subarray(0, length));
  expect((await expectEverything("backup")).notices).toEqual([]);
});

test("without a good backup, one damaged secret is named and refused, and all others are there", async () => {
  const at = boxAt("secret-3");
  const bytes = Buffer.from(whole);
  bytes[at] = bytes[at]! ^ 0x55;
  put(bytes, null);
  const vault = await home.again();
  expect(vault.notices[0]).toMatch(/Parts of the database .* are damaged, and there was no good backup/);
  expect(
    vault.secrets
      .values()
      .filter(({ damaged }) => damaged)
      .map(({ id }) => id),
  ).toEqual(["secret-3"]);
  await expect(vault.resolve("secret-3", "test")).rejects.toThrow(
    "secret 'secret-3' is not what Cellar stored: the vault's file was changed or damaged",
  );
  expect((await vault.resolve("secret-4", "test")).reveal()).toBe(values["secret-4"]);
  await vault.rotate("secret-3", "new");
  expect(vault.secrets.get("secret-3")!.damaged).toBe(false);
  const again = await home.again();
  expect(again.notices).toEqual([]);
  expect((await again.resolve("secret-3", "test")).reveal()).toBe("new");
});

test("a damaged key record without a backup is said, never taken for a wrong passphrase", async () => {
  const text = 'passphrase","salt":"';
  const bytes = Buffer.from(whole);
  bytes[bytes.indexOf(text)] = 0x50;
  put(bytes, null);
  const vault = home.open();
  await expect(vault.unlock(passphrase)).rejects.toThrow(/^the record of the vault's key is damaged/);
  expect(vault.state).toMatchObject({ state: "locked", secrets: 12 });
});

describe("somebody who can write the file but has no key", () => {
  /** Changes rows as they like and makes the checksum fit, as a program that knows the format would. */
  async function tamper(sql: string): Promise<Vault> {
    const database = new (sqliteDriver())(home.path);
    database.exec(sql);
    database.close();
    rmSync(`${home.path}.backup`);
    return home.again();
  }

  test("cannot swap two secrets", async () => {
    const vault = await tamper(`
      UPDATE items SET box = (SELECT box FROM items WHERE name = 'secret-2') WHERE name = 'secret-1'`);
    await expect(vault.resolve("secret-1", "test")).rejects.toMatchObject({ code: "failed" });
    expect((await vault.resolve("secret-2", "test")).reveal()).toBe(values["secret-2"]);
  });

  test("cannot rename one", async () => {
    const vault = await tamper("UPDATE items SET name = 'other' WHERE name = 'secret-1'");
    await expect(vault.resolve("other", "test")).rejects.toMatchObject({ code: "failed" });
    expect(vault.state.problems).toEqual([expect.stringMatching(/'secret-1' was taken out of the vault's file/)]);
  });

  test("cannot send a git token to another host", async () => {
    const vault = await tamper(
      "UPDATE items SET meta = replace(meta, 'github.com', 'evil.example') WHERE kind = 'git'",
    );
    await expect(vault.gitCredential("evil.example", "a/b", "test")).rejects.toMatchObject({ code: "failed" });
  });

  test("cannot roll one back to an earlier value, with its whole row", async () => {
    const vault = await home.again();
    await vault.rotate("secret-1", "newer");
    home.close();
    const old = home.folder.in("old.db");
    writeFileSync(old, whole);
    const tampered = await tamper(`
      ATTACH '${old}' AS old;
      DELETE FROM items WHERE name = 'secret-1';
      INSERT INTO items SELECT * FROM old.items WHERE name = 'secret-1'`);
    await expect(tampered.resolve("secret-1", "test")).rejects.toMatchObject({ code: "failed" });
    // A later change does not make it ours.
    await tampered.set("more", "more", false);
    await expect((await home.again()).resolve("secret-1", "test")).rejects.toMatchObject({ code: "failed" });
  });

  test("cannot bring a deleted one back", async () => {
    const vault = await home.again();
    await vault.delete("secret-1", true);
    home.close();
    const old = home.folder.in("old.db");
    writeFileSync(old, whole);
    const tampered = await tamper(`
      ATTACH '${old}' AS old; INSERT INTO items SELECT * FROM old.items WHERE name = 'secret-1'`);
    await expect(tampered.resolve("secret-1", "test")).rejects.toMatchObject({ code: "failed" });
  });

  test("cannot put in a key record of their own for what is there", async () => {
    const theirs = new VaultHome();
    const vault = theirs.open();
    await vault.setUp("their passphrase");
    theirs.close();
    const old = home.folder.in("theirs.db");
    copyFileSync(theirs.path, old);
    theirs[Symbol.dispose]();
    const database = new (sqliteDriver())(home.path);
    database.exec(`ATTACH '${old}' AS old; UPDATE vault SET wrap = (SELECT wrap FROM old.vault)`);
    database.close();
    rmSync(`${home.path}.backup`);
    await expect(home.open().unlock("their passphrase")).rejects.toMatchObject({ code: "refused" });
  });
});

/** Where the box of a secret lies in the file. */
function boxAt(handle: string): number {
  const database = new (sqliteDriver())(home.path, { readonly: true });
  const box = database.prepare("SELECT box FROM items WHERE name = ?").pluck().get(handle) as Buffer;
  database.close();
  return whole.indexOf(box) + 14;
}
