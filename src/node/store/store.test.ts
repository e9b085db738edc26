/** A database file is opened, brought forward, or set aside with a word about it; nothing in it is lost silently. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { sqliteDriver } from "./driver.ts";
import { type Migration, openStore, type Store, type StoreOptions } from "./index.ts";

const folder = new TemporaryFolder("store");
let path = "";
let number = 0;
const open: Store[] = [];
afterAll(() => folder[Symbol.dispose]());
afterEach(() => {
  for (const store of open.splice(0)) store.close();
});

const steps: Migration[] = [
  "CREATE TABLE people (name TEXT NOT NULL) STRICT",
  "ALTER TABLE people ADD COLUMN age INTEGER",
  (database) => database.exec("UPDATE people SET age = 0 WHERE age IS NULL"),
];

function fresh(): string {
  path = folder.in(`store-${number++}.db`);
  return path;
}

function opened(migrations: readonly Migration[] = steps, more: Partial<StoreOptions> = {}): Store {
  const store = openStore({ path, migrations, ...more });
  open.push(store);
  return store;
}

function names(store: Store): unknown[] {
  return store.database.prepare("SELECT name FROM people ORDER BY name").pluck().all();
}

function version(store: Store): unknown {
  return store.database.pragma("user_version", { simple: true });
}

function closeAll(): void {
  for (const store of open.splice(0)) store.close();
}

test("a new file is made for us alone, durable, with foreign keys", () => {
  fresh();
  const { database, notices } = opened();
  expect(notices).toEqual([]);
  expect(database.pragma("journal_mode", { simple: true })).toBe("wal");
  expect(database.pragma("synchronous", { simple: true })).toBe(2);
  expect(database.pragma("foreign_keys", { simple: true })).toBe(1);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("every earlier schema is brought to the newest, and what was in it stays", () => {
  for (let from = 1; from <= steps.length; from++) {
    fresh();
    opened(steps.slice(0, from)).database.exec("INSERT INTO people (name) VALUES ('Ada')");
    closeAll();
    const store = opened();
    expect([version(store), names(store), store.notices]).toEqual([steps.length, ["Ada"], []]);
    closeAll();
  }
});

test("a step that fails leaves the schema and the data before it", () => {
  fresh();
  opened(steps.slice(0, 1)).database.exec("INSERT INTO people VALUES ('Ada')");
  closeAll();
  const broken = [steps[0]!, "ALTER TABLE people ADD COLUMN x TEXT; INSERT INTO nowhere VALUES (1)"];
  expect(() => opened(broken)).toThrow(/nowhere/);
  const store = opened(steps.slice(0, 1));
  expect([version(store), names(store)]).toEqual([1, ["Ada"]]);
  expect(store.database.pragma("table_info(people)")).toHaveLength(1);
});

test("a step that leaves a dangling reference is not taken", () => {
  fresh();
  const dangling = `CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a (id)); INSERT INTO b VALUES (7)`;
  expect(() => opened([dangling])).toThrow(/dangling/);
});

test("a schema of a newer Cellar is refused and its file not touched", () => {
  fresh();
  opened();
  closeAll();
  const before = readFileSync(path);
  expect(() => opened(steps.slice(0, 2))).toThrow(/newer Cellar \(schema 3; this one knows 2\)/);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a damaged file is set aside, the last good backup takes its place, and the person is told", () => {
  for (const damage of [
    () => writeFileSync(path, "this is no database at all"),
    () => truncateSync(path, 6000),
    () => {
      const bytes = readFileSync(path);
      bytes.fill(0xa5, 4096, 8192);
      writeFileSync(path, bytes);
    },
  ]) {
    fresh();
    const store = opened();
    store.database.exec("INSERT INTO people (name) VALUES ('Ada')");
    store.backup();
    closeAll();
    damage();
    const again = opened();
    expect(names(again)).toEqual(["Ada"]);
    expect(again.notices).toEqual([expect.stringMatching(/was damaged.*set aside as .*replaced by the backup of/)]);
    const aside = /set aside as (\S+) and/.exec(again.notices[0]!)?.[1];
    expect(existsSync(aside!)).toBe(true);
    closeAll();
    expect(opened().notices).toEqual([]);
    closeAll();
  }
});

test("a file that is empty where a backup says it was not is restored like a damaged one", () => {
  fresh();
  opened().database.exec("INSERT INTO people (name) VALUES ('Ada')");
  closeAll();
  truncateSync(path, 0);
  const store = opened();
  expect(names(store)).toEqual(["Ada"]);
  expect(store.notices[0]).toMatch(/replaced by the backup/);
});

test("what only its owner can see to be damaged is restored as well, or used as it is when there is no good backup", () => {
  const check: StoreOptions["check"] = (database) =>
    database.prepare("SELECT count(*) FROM people WHERE name = 'Eve'").pluck().get() === 0;
  fresh();
  opened().database.exec("INSERT INTO people (name) VALUES ('Ada')");
  closeAll();
  const intrude = () => {
    const database = new (sqliteDriver())(path);
    database.exec("INSERT INTO people (name) VALUES ('Eve')");
    database.close();
  };
  intrude();
  const restored = opened(steps, { check });
  expect([names(restored), restored.notices.length]).toEqual([["Ada"], 1]);
  closeAll();
  intrude();
  writeFileSync(`${path}.backup`, "garbage");
  const kept = opened(steps, { check });
  expect(names(kept)).toEqual(["Ada", "Eve"]);
  expect(kept.notices[0]).toMatch(/Parts of the database .* are damaged, and there was no good backup/);
});

test("a backup is for its owner alone", () => {
  fresh();
  opened().backup();
  expect(statSync(`${path}.backup`).mode & 0o777).toBe(0o600);
});

test("without a good backup a new file is begun, and the damaged ones are kept", () => {
  fresh();
  opened();
  closeAll();
  writeFileSync(path, "garbage");
  writeFileSync(`${path}.backup`, "garbage too");
  const store = opened();
  expect(names(store)).toEqual([]);
  expect(store.notices[0]).toMatch(/no good backup/);
  const kept = readdirSync(folder.path).filter(
    (name) => path.endsWith(name.split(".damaged-")[0]!) && name.includes(".damaged-"),
  );
  expect(kept.filter((name) => !/-(wal|shm)$/.test(name))).toHaveLength(2);
});

test("the backup has what was there when the file was closed", () => {
  fresh();
  opened().database.exec("INSERT INTO people (name) VALUES ('Ada')");
  closeAll();
  path = `${path}.backup`;
  expect(names(opened())).toEqual(["Ada"]);
});

test("what was committed is there after kill -9", () => {
  fresh();
  const program = `
    import { openStore } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
    const { database } = openStore({ path: ${JSON.stringify(path)}, migrations: ${JSON.stringify(steps.slice(0, 2))} });
    database.exec("INSERT INTO people (name) VALUES ('Ada')");
    process.kill(process.pid, "SIGKILL");`;
  expect(() =>
    execFileSync(process.execPath, ["--input-type=module-typescript", "-e", program], { stdio: "ignore" }),
  ).toThrow();
  expect(names(opened())).toEqual(["Ada"]);
});

test("an old Node gets a sentence instead of a crash", () => {
  expect(() => sqliteDriver("20.19.0")).toThrow("Cellar's database needs Node 22 or newer, and this is Node 20.19.0");
});

test("a folder that cannot be written is a clear failure", () => {
  path = folder.in("missing", "store.db");
  expect(() => opened()).toThrow(/could not be opened|ENOENT/);
});
