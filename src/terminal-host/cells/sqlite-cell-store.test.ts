import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore, type Store } from "#node/store/index.ts";
import type { CellRecord, CellStore } from "./cell-terminal.ts";
import { cellsSchema, sqliteCellStore } from "./sqlite-cell-store.ts";

let folder: string;
let file: Store;
let store: CellStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cellar-store-"));
  file = openStore({ path: join(folder, "cells.db"), migrations: [cellsSchema], durability: "normal" });
  store = sqliteCellStore(file.database);
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true, force: true });
});

const record = (number: number, more: Partial<CellRecord> = {}): CellRecord => ({
  id: number.toString(16).padStart(12, "0"),
  terminalId: "term-00000001",
  code: "x",
  codeBytes: 1,
  via: "k",
  state: "done",
  error: null,
  end: "repeat",
  exitCode: null,
  limitSeconds: 0,
  startedAt: "2026-01-01T00:00:00.000Z",
  endedAt: null,
  durationMs: null,
  cwd: null,
  outputBytes: 0,
  truncated: false,
  pollable: true,
  ...more,
});

test("output comes back in any piece, across the pieces it was stored in", () => {
  store.save(record(1));
  store.appendOutput(record(1).id, 0, "abcd");
  store.appendOutput(record(1).id, 4, "efgh");
  store.save(record(1), { from: 8, text: "ij" });
  for (let from = 0; from <= 10; from++) {
    for (let length = 1; length <= 11; length++) {
      expect(store.readOutput(record(1).id, from, length)).toEqual({
        text: "abcdefghij".slice(from, from + length),
        totalLength: 10,
      });
    }
  }
});

test("the newest cells of a terminal are kept, an unresolved one always", () => {
  store.save(record(0, { state: "timeout" }));
  for (let i = 1; i < 1200; i++) store.save(record(i));
  store.save(record(5000, { terminalId: "term-00000002" }));
  const kept = store.list("term-00000001", 5000);
  expect(kept.length).toBeLessThan(1070);
  expect(kept[0]!.id).toBe(record(1199).id);
  expect(store.unresolved().map(({ id }) => id)).toEqual([record(0).id]);
  store.removeTerminal("term-00000001");
  expect(store.list(null, 10).map(({ id }) => id)).toEqual([record(5000).id]);
});

test("old output makes room for new", () => {
  const size = 16 * 1024 * 1024;
  for (let i = 0; i < 20; i++) store.save(record(i, { outputBytes: size }));
  expect(store.list("term-00000001", 100)).toHaveLength(16);
});

test("the newest marks of a terminal are kept, those of others untouched", () => {
  const event = {
    type: "notify",
    terminalId: "term-00000001",
    from: "x",
    message: "y",
    at: "2026-01-01T00:00:00.000Z",
  } as const;
  store.addMark({ terminalId: "term-00000002", offset: 0, event });
  for (let offset = 1; offset <= 1200; offset++) store.addMark({ terminalId: "term-00000001", offset, event });
  const kept = store.marks("term-00000001", 0);
  expect(kept.length).toBeLessThan(1070);
  expect(kept.at(-1)!.offset).toBe(1200);
  expect(store.marks("term-00000002", 0)).toHaveLength(1);
});
