import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { SettingsService, type SettingsState } from "./service.ts";

let folder: TemporaryFolder;
let path: string;
let service: SettingsService | null;
beforeEach(() => {
  folder = new TemporaryFolder("settings");
  path = folder.in("settings.json");
  service = null;
});
afterEach(() => {
  service?.close();
  folder[Symbol.dispose]();
});

function open(content?: string): SettingsService {
  if (content !== undefined) writeFileSync(path, content);
  service = new SettingsService(path);
  return service;
}

function stored(): Record<string, unknown> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
}

function changed(of: SettingsService): Promise<SettingsState> {
  return new Promise((resolve) => {
    const end = of.onChange((state) => {
      end();
      resolve(state);
    });
  });
}

describe("settings", () => {
  test("are the defaults without a file, and looking makes no file", () => {
    expect(open().settings).toMatchObject({ theme: "system", scrollback: 10_000, notify: { bell: true } });
    expect(service?.state.problems).toEqual([]);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("keep only what was changed, in a file nobody else can read", () => {
    const state = open().change({ theme: "dark", notify: { bell: false } });
    expect(state.settings).toMatchObject({ theme: "dark", notify: { bell: false, "cell-done": true } });
    expect(stored()).toEqual({ theme: "dark", notify: { bell: false } });
    if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(open().settings.theme).toBe("dark");
  });

  test("merge a change of one kind of notification into the others", () => {
    const opened = open();
    opened.change({ notify: { bell: false } });
    opened.change({ notify: { program: false } });
    expect(stored()["notify"]).toEqual({ bell: false, program: false });
  });

  test("keep unknown keys and name them", () => {
    const opened = open('{"theme":"light","fromTheFuture":{"a":1}}');
    expect(opened.state.problems).toEqual(["fromTheFuture: unknown; kept as it is."]);
    opened.change({ osc52: true });
    expect(stored()).toEqual({ theme: "light", fromTheFuture: { a: 1 }, osc52: true });
    opened.change({ firstRunDone: true, lastProgramId: "claude" });
    opened.reset();
    expect(stored()).toEqual({ fromTheFuture: { a: 1 }, firstRunDone: true, lastProgramId: "claude" });
  });

  test("take the default for one mistake without losing the rest", () => {
    const { state } = open('{"theme":"purple","scrollback":20000,"notify":{"bell":"yes","program":false}}');
    expect(state.settings).toMatchObject({ theme: "system", scrollback: 20_000 });
    expect(state.problems).toHaveLength(2);
    expect(state.problems[0]).toContain("theme");
    expect(state.problems[1]).toContain("notify.bell");
    expect(stored()["theme"]).toBe("purple");
  });

  test.each(["{", "", "[1]", "null", "\u0000\u0001", '"text"'])("set a broken file aside: %j", (content) => {
    const opened = open(content);
    expect(opened.settings.theme).toBe("system");
    expect(opened.notices).toHaveLength(1);
    const [aside] = readdirSync(folder.path).filter((name) => name.includes("broken"));
    expect(opened.notices[0]).toContain(aside);
    expect(readFileSync(folder.in(aside!), "utf8")).toBe(content);
    expect(opened.change({ theme: "dark" }).settings.theme).toBe("dark");
  });

  test("apply at once what a person writes into the file, and survive a half-written one", async () => {
    const opened = open('{"theme":"light"}');
    const broken = changed(opened);
    writeFileSync(path, '{"theme":');
    expect(await broken).toMatchObject({ settings: { theme: "light" } });
    expect(opened.state.problems[0]).toContain("cannot be read");
    expect(() => opened.change({ osc52: true })).toThrow(expect.objectContaining({ code: "conflict" }));
    expect(readFileSync(path, "utf8")).toBe('{"theme":');
    const mended = changed(opened);
    writeFileSync(path, '{"theme":"dark"}');
    expect(await mended).toMatchObject({ settings: { theme: "dark" }, problems: [] });
  });

  test("tell listeners once per change that made a difference", () => {
    const opened = open();
    const seen: string[] = [];
    opened.onChange(({ settings }) => seen.push(settings.theme));
    opened.change({});
    opened.change({ theme: "dark" });
    opened.change({ theme: "dark" });
    opened.reset("theme");
    expect(seen).toEqual(["dark", "system"]);
  });

  test("tell of a change of some of them only", () => {
    const opened = open();
    let told = 0;
    const end = opened.onChangeOf(["theme", "osc52"], () => told++);
    opened.change({ scrollback: 2000 });
    opened.change({ theme: "dark", scrollback: 3000 });
    opened.change({ osc52: true });
    end();
    opened.change({ osc52: false });
    expect(told).toBe(2);
  });

  test("refuse to reset what is no setting", () => {
    for (const key of ["nope", "__proto__", "constructor"]) {
      expect(() => open().reset(key)).toThrow(expect.objectContaining({ code: "invalid_input" }));
      service?.close();
    }
  });
});
