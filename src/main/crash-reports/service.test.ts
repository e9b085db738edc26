import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Secret } from "#node/secret.ts";
import { Canary } from "#test/product/canary.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { CrashReports } from "./service.ts";
import { watchProcess } from "./watch-process.ts";

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder("crash");
});
afterEach(() => folder[Symbol.dispose]());

const open = (secrets: string[] = []) =>
  new CrashReports({
    folder: folder.in("reports"),
    about: "Cellar 0.0.0",
    secrets: () => secrets.map((each) => new Secret(each)),
    surroundings: { folders: [[folder.path, "~"]], names: [] },
    personHome: folder.path,
  });
const crash = (message: string) => ({ process: "main", how: "uncaught exception", thrown: new Error(message) });

describe("crash reports", () => {
  test("hold a known secret nowhere: in message, cause, file, or what is saved", () => {
    const canary = new Canary();
    const reports = open([canary.value]);
    const inner = new Error(`cause: ${canary.said.join(" ")}`);
    reports.record({ process: "main", how: "test", thrown: new Error(`it was ${canary.value}`, { cause: inner }) });
    reports.record({ process: "main", how: "test", thrown: canary.value });
    reports.record({ process: "main", how: "test", thrown: { secret: canary.value } });
    expect(reports.state.reports).toHaveLength(3);
    const [, , first] = reports.state.reports;
    expect(first!.text).toContain("it was [redacted]");
    expect(first!.text).toContain("caused by: Error: cause: [redacted]");
    reports.save(first!.id);
    expect(canary.below(folder.path)).toEqual([]);
  });

  test("leave no half of a secret at the end of a long text", () => {
    const canary = new Canary();
    const reports = open([canary.value]);
    for (let length = 15_700; length < 16_050; length += 10)
      reports.record({ process: "main", how: "test", thrown: `${"long ".repeat(length / 5)}${canary.value}` });
    for (const { text } of reports.state.reports) expect(text).not.toContain(canary.value.slice(0, 8));
  });

  test("are files that only the person can read, and are there after a start", () => {
    open().record(crash("first"));
    const [name] = readdirSync(folder.in("reports"));
    if (process.platform !== "win32") expect(statSync(folder.in("reports", name!)).mode & 0o777).toBe(0o600);
    writeFileSync(folder.in("reports", "crash-000000000000.json"), "{");
    expect(open().state.reports.map(({ title }) => title)).toEqual(["Error: first"]);
  });

  test("count what happens again, and stop at what happens in a circle", () => {
    const reports = open();
    const thrown = new Error("again");
    for (let times = 0; times < 3; times++) reports.record({ process: "main", how: "test", thrown });
    expect(reports.state.reports.map(({ count }) => count)).toEqual([3]);
    for (let number = 0; number < 100; number++) reports.record(crash(`circle ${number}`));
    expect(reports.state.reports).toHaveLength(20);
    for (let run = 0; run < 4; run++)
      for (let number = 0; number < 20; number++) open().record(crash(`run ${run} ${number}`));
    expect(open().state.reports).toHaveLength(50);
    expect(readdirSync(folder.in("reports"))).toHaveLength(50);
  });

  test("are saved as they are shown, over no file, and deleted", () => {
    mkdirSync(folder.in("Downloads"));
    const reports = open();
    reports.record(crash("saved"));
    const { id, text } = reports.state.reports[0]!;
    const paths = [reports.save(id), reports.save(id)];
    expect(new Set(paths).size).toBe(2);
    for (const path of paths) {
      expect(path.startsWith(folder.in("Downloads"))).toBe(true);
      expect(readFileSync(path, "utf8")).toBe(text);
    }
    reports.remove(id);
    expect(() => reports.save(id)).toThrow(expect.objectContaining({ code: "not_found" }));
    expect(readdirSync(folder.in("reports"))).toEqual([]);
  });

  test("never make things worse: a folder that cannot be written to costs the report and nothing else", () => {
    writeFileSync(folder.in("reports"), "a file");
    const reports = open();
    expect(() => reports.record(crash("lost"))).not.toThrow();
    expect(reports.state.reports).toEqual([]);
  });
});

test("an uncaught error of this process is recorded, and what happens next is not changed", () => {
  const reports = open();
  const stop = watchProcess(reports, { staysAlive: true });
  // As Node does it; its types leave these names out.
  const emit = process.emit.bind(process) as (name: string, ...values: unknown[]) => void;
  emit("uncaughtExceptionMonitor", new Error("nobody caught it"), "uncaughtException");
  emit("unhandledRejection", new Error("nobody waited"), Promise.resolve());
  stop();
  emit("uncaughtExceptionMonitor", new Error("later"), "uncaughtException");
  expect(reports.state.reports.map(({ title }) => title)).toEqual(["Error: nobody waited", "Error: nobody caught it"]);
});
