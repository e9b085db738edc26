/** Terminals get the environment a person has in a terminal of their own, with real shells. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, expect, test, vi } from "vitest";
import { eventually } from "#test/product/processes.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { missing, onPath } from "#test/requirements.ts";
import { cleanEnvironment, loginEnvironment, loginShell, readLoginEnvironment } from "./login-environment.ts";

const folder = new TemporaryFolder("login");
afterAll(() => folder[Symbol.dispose]());

function home(name: string, files: Record<string, string>): string {
  const path = folder.in(name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(`${path}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
    writeFileSync(`${path}/${file}`, text);
  }
  return path;
}

const shells: [program: string, file: string, text: string][] = [
  ["bash", ".bash_profile", "echo noise; export FROM_START_FILE='two words'; export PATH=/my/tools:$PATH; cat"],
  ["zsh", ".zshrc", "echo noise; export FROM_START_FILE='two words'; export PATH=/my/tools:$PATH"],
  ["fish", ".config/fish/config.fish", "echo noise; set -gx FROM_START_FILE 'two words'; set -gx PATH /my/tools $PATH"],
  ["sh", ".profile", "echo noise; export FROM_START_FILE='two words'; export PATH=/my/tools:$PATH"],
];

for (const [program, file, text] of shells) {
  test.skipIf(missing(program))(
    `what ${program}'s start files set is there, and what they print does not matter`,
    async () => {
      const said = await readLoginEnvironment({
        PATH: process.env["PATH"],
        HOME: home(program, { [file]: text }),
        SHELL: onPath(program)!,
        CELLAR_SECRET: "no",
        ELECTRON_RUN_AS_NODE: "1",
      });
      expect(said["FROM_START_FILE"]).toBe("two words");
      expect(said["PATH"]).toMatch(/^\/my\/tools:/);
      expect(said["SHELL"]).toBe(onPath(program));
      expect(
        Object.keys(said).filter((name) => /^(CELLAR|ELECTRON|TERM$|SHLVL$|DISABLE_AUTO|ZSH_TMUX)/.test(name)),
      ).toEqual([]);
    },
  );
}

test.skipIf(process.platform === "win32")("without SHELL it is the account's shell, if it has one that starts", () => {
  const usual = process.platform === "darwin" ? "/bin/zsh" : "/bin/sh";
  expect(loginShell({ SHELL: "/bin/dash" }, "/bin/bash")).toBe("/bin/dash");
  expect(loginShell({}, "/bin/bash")).toBe("/bin/bash");
  for (const none of ["/usr/sbin/nologin", "/bin/false", "", null]) expect(loginShell({}, none)).toBe(usual);
});

test("a shell that is slow is not waited for, and what it says in the end is taken", async () => {
  const pipe = folder.in("slow-pipe");
  execFileSync("mkfifo", [pipe]);
  vi.stubEnv("HOME", home("slow", { ".profile": `read line <'${pipe}'; export FROM_START_FILE=$line` }));
  vi.stubEnv("SHELL", "/bin/sh");
  expect(await loginEnvironment(100)).not.toHaveProperty("FROM_START_FILE");
  writeFileSync(pipe, "late\n");
  const said = await eventually(loginEnvironment, (env) => "FROM_START_FILE" in env);
  expect(said).toMatchObject({ FROM_START_FILE: "late", SHELL: "/bin/sh" });
  vi.unstubAllEnvs();
});

test("a shell that hangs, ends early or is not there costs its time and nothing else", async () => {
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  const base = { PATH: "/bin:/usr/bin", HOME: home("hanging", { ".profile": "sleep 100" }), KEPT: "yes" };
  const begun = performance.now();
  const hung = await readLoginEnvironment({ ...base, SHELL: "/bin/sh" }, 300);
  expect(performance.now() - begun).toBeLessThan(3_000);
  expect(hung).toMatchObject({ KEPT: "yes", PATH: "/bin:/usr/bin" });
  expect(
    await readLoginEnvironment({ ...base, HOME: home("early", { ".profile": "exit 3" }), SHELL: "/bin/sh" }),
  ).toMatchObject({ KEPT: "yes" });
  expect(await readLoginEnvironment({ ...base, SHELL: "/no/such/shell" })).toMatchObject({ KEPT: "yes" });
  expect(error).toHaveBeenCalledTimes(3);
  error.mockRestore();
});

test("the way npm and Node start us is not the person's", () => {
  const cleaned = cleanEnvironment({
    PATH: "/work/project/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:/usr/bin",
    npm_lifecycle_event: "start",
    npm_config_cache: "/x",
    NODE_OPTIONS: "--inspect",
    INIT_CWD: "/work",
    NODE_EXTRA_CA_CERTS: "/etc/ca.pem",
    TERM_PROGRAM: "other",
    HOME: "/home/ada",
  });
  expect(cleaned).toEqual({ PATH: "/usr/bin", NODE_EXTRA_CA_CERTS: "/etc/ca.pem", HOME: "/home/ada" });
});
