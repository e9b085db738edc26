import { readdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { type WindowRecord, WindowState, windowsToOpen } from "./window-state.ts";

const record = (x: number): WindowRecord => ({
  places: [{ arrangement: "one", bounds: { x, y: 0, width: 800, height: 600 } }],
  shape: "maximized",
  zoom: 1.25,
});

describe("what is remembered of windows", () => {
  test("is there in a later start, and leaves nothing beside it", () => {
    using folder = new TemporaryFolder("windows");
    const path = folder.in("windows.json");
    const state = new WindowState(path);
    expect(state.recordOf("main")).toBeNull();
    state.remember("main", record(1));
    state.remember("ws-00000001", record(2));
    state.setOpen(["ws-00000001", "main"]);
    const later = new WindowState(path);
    expect(later.recordOf("main")).toEqual(record(1));
    expect(later.open).toEqual(["ws-00000001", "main"]);
    expect(readdirSync(folder.path)).toEqual(["windows.json"]);
  });

  test("of a further window ends when it is closed; a workspace's own finds its place again", () => {
    using folder = new TemporaryFolder("windows");
    const state = new WindowState(folder.in("windows.json"));
    for (const key of ["main", "window-00000001", "ws-00000001"]) state.remember(key, record(1));
    state.setOpen(["main"]);
    expect(state.recordOf("window-00000001")).toBeNull();
    expect(state.recordOf("ws-00000001")).toEqual(record(1));
  });

  test("does not grow without end", () => {
    using folder = new TemporaryFolder("windows");
    const state = new WindowState(folder.in("windows.json"));
    for (let n = 0; n < 150; n++) state.remember(`ws-${n.toString(16).padStart(8, "0")}`, record(n));
    state.setOpen(["main"]);
    expect(state.recordOf("ws-00000000")).toBeNull();
    expect(state.recordOf("ws-00000095")).toEqual(record(149));
  });

  test.each(['{"open":', '{"open":["../x"],"windows":{}}', '{"open":[],"windows":{"main":{"zoom":0}}}', "null"])(
    "is nothing where the file is broken: %s",
    (text) => {
      using folder = new TemporaryFolder("windows");
      writeFileSync(folder.in("windows.json"), text);
      expect(new WindowState(folder.in("windows.json")).open).toEqual([]);
    },
  );
});

describe("at start", () => {
  const has = (id: string) => id === "ws-00000001";
  test.each([
    ["nothing was open", [], ["main"]],
    ["several were", ["window-00000001", "ws-00000001", "main"], ["window-00000001", "ws-00000001", "main"]],
    ["a workspace is gone", ["ws-00000002", "main"], ["main"]],
    ["only a workspace's own was", ["ws-00000001"], ["ws-00000001", "main"]],
  ])("%s", (_name, open, expected) => {
    expect(windowsToOpen(open, has)).toEqual(expected);
  });
});
