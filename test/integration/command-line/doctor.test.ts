/** `cellar doctor` on homes in every condition. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DoctorReport } from "#cli/doctor/report.ts";
import { cellar, json, OnTerminal, program } from "#test/product/command.ts";
import { Product } from "#test/product/product.ts";

let product: Product;
beforeEach(() => {
  product = new Product();
});
afterEach(() => product[Symbol.asyncDispose]());

async function examined(env: NodeJS.ProcessEnv = {}): Promise<{ code: number; report: DoctorReport }> {
  const said = await cellar(product, ["doctor", "--json"], { env });
  return { code: said.code, report: JSON.parse(said.out) as DoctorReport };
}

function check({ groups }: DoctorReport, group: string, name: string) {
  return groups.find((each) => each.name === group)?.checks.find((each) => each.name === name);
}

test("a fresh computer: nothing fails, nothing is started or made, every group is there", async () => {
  const { code, report } = await examined();
  expect(code).toBe(0);
  expect(report.groups.map(({ name }) => name)).toEqual([
    "This computer",
    "Home",
    "Running",
    "Isolation",
    "Agent programs",
  ]);
  expect(check(report, "Home", "Folder")).toMatchObject({ status: "info" });
  expect(check(report, "Running", "Cellar")).toMatchObject({ status: "info", message: "does not run" });
  expect(check(report, "This computer", "git")).toMatchObject({
    status: "ok",
    message: expect.stringContaining("git version"),
  });
  const counted = report.groups.flatMap(({ checks }) => checks);
  expect(report.counts.ok).toBe(counted.filter(({ status }) => status === "ok").length);
  for (const { status, todo } of counted) if (status === "warn" || status === "fail") expect(todo).toMatch(/\.$/);
  expect(product.processes()).toEqual([]);
});

test("a running Cellar: its version, its host, its databases", async () => {
  await product.start();
  await json(product, ["terminal", "new", "--", "sleep", "600"]);
  const { code, report } = await examined();
  expect(code).toBe(0);
  expect(check(report, "Running", "Cellar")).toMatchObject({
    status: "ok",
    message: expect.stringContaining(`browser mode, pid ${product.pid}`),
  });
  expect(check(report, "Running", "Terminal host")).toMatchObject({
    status: "ok",
    message: expect.stringContaining("1 terminal, pid"),
  });
  expect(check(report, "Home", "cellar.db")).toMatchObject({ status: "ok" });
  expect(check(report, "Home", "Sockets")).toMatchObject({ status: "ok" });
});

test("what is wrong is said with what to do, and a failure ends with 1", async () => {
  mkdirSync(product.home);
  chmodSync(product.home, 0o755);
  writeFileSync(product.folder.in("home", "cellar.db"), "this is no database at all, and long enough to be looked at");
  const { code, report } = await examined();
  expect(code).toBe(1);
  expect(check(report, "Home", "Folder")).toMatchObject({
    status: "warn",
    message: expect.stringContaining("open to others (755)"),
  });
  expect(check(report, "Home", "cellar.db")).toMatchObject({
    status: "fail",
    todo: expect.stringContaining("restores the last backup"),
  });
  expect(report.counts.fail).toBeGreaterThan(0);
  using shown = new OnTerminal(product, [program, "doctor"]);
  expect(await shown.ended()).toBe(1);
  expect(shown.text).toMatch(/✕ fail {2}cellar\.db +cannot be read: .*\n +Start Cellar: it sets a damaged file aside/);
  expect(shown.text).toMatch(/\d+ ok, \d+ info, \d+ warn, [1-9] fail/);
});

test("a program that is missing is named", async () => {
  const bin = product.folder.in("bin");
  mkdirSync(bin);
  // A login shell whose start files leave nothing on PATH.
  writeFileSync(product.folder.in(".profile"), `PATH=${bin}\n`);
  const { code, report } = await examined({ SHELL: "/bin/sh", ENV: product.folder.in(".profile") });
  expect(code).toBe(1);
  expect(check(report, "This computer", "git")).toMatchObject({
    status: "fail",
    todo: expect.stringContaining("Install git"),
  });
  expect(check(report, "This computer", "curl")).toMatchObject({ status: "warn" });
  expect(check(report, "Isolation", "bubblewrap")).toMatchObject({ status: "info", message: "not installed" });
  expect(check(report, "Isolation", "Any of them")).toMatchObject({ status: "warn" });
  expect(check(report, "Agent programs", "Installed")).toMatchObject({ status: "warn", message: "none" });
});
