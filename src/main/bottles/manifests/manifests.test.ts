/** Manifests as a person writes them, and what is said about each mistake. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { Manifests } from "./read.ts";
import { resolveEnvironment, resolveManifest } from "./resolve.ts";

let folder: TemporaryFolder;
let manifests: Manifests;
beforeEach(() => {
  folder = new TemporaryFolder("manifests");
  manifests = new Manifests(folder.in("own"));
});
afterEach(() => folder[Symbol.dispose]());

function write(path: string, front: string, body = ""): void {
  mkdirSync(dirname(folder.in(path)), { recursive: true });
  writeFileSync(folder.in(path), `---\n${front}\n---\n${body}`);
}
const host = () => ({
  workspace: folder.in("work"),
  home: folder.in("home"),
  hostEnvironment: { TOKEN: "value of the person" },
});
const resolve = (name: string) => resolveManifest(manifests, name, host());

describe("a bottle's manifest", () => {
  test("is joined with what it extends", async () => {
    write(
      "own/bottles/base.md",
      "env: { A: base, B: base }\nsupervise: true\negress: { routes: [{ host: a.example.com }] }",
    );
    write(
      "own/bottles/dev.md",
      "extends: base\nenv: { B: dev }\negress: { routes: [{ host: '*.example.org:8443' }] }\ngit: { user: { name: N, email: e@example.com } }",
    );
    expect(await manifests.bottle("dev")).toEqual({
      env: { A: "base", B: "dev" },
      supervise: true,
      egress: { routes: [{ host: "a.example.com" }, { host: "*.example.org:8443" }] },
      git: { user: { name: "N", email: "e@example.com" }, repos: [] },
    });
  });

  test("says what may be used at the provider, and nothing where it says nothing", async () => {
    write("own/agents/fix.md", "bottle: dev");
    write("own/bottles/dev.md", "limits: { cost: 2.5 }");
    expect((await resolve("fix")).usageLimits).toEqual({ tokens: null, costMicros: 2_500_000 });
    write("own/bottles/dev.md", "limits: { tokens: 1000 }");
    expect((await resolve("fix")).usageLimits).toEqual({ tokens: 1000, costMicros: null });
    write("own/bottles/dev.md", "supervise: false");
    expect((await resolve("fix")).usageLimits).toBeNull();
  });

  test.each([
    ["an unknown key", "allowed: everything", "allowed is not a key"],
    ["an unknown key inside", "egress: { routes: [{ host: a.example.com, methods: [GET] }] }", "methods is not a key"],
    ["a limit of nothing", "limits: { tokens: 0 }", "tokens"],
    ["an address instead of a host", "egress: { routes: [{ host: 10.0.0.1 }] }", "host"],
    ["every host", "egress: { routes: [{ host: '*' }] }", "host"],
    [
      "an upstream of another kind",
      "git: { repos: [{ name: api, upstream: 'git://example.com/api' }] }",
      "ssh:// or https://",
    ],
    [
      "a branch that is none",
      "git: { repos: [{ name: api, upstream: 'ssh://h/a', push: ['refs/heads/x'] }] }",
      "is a branch or tag",
    ],
    ["no YAML", "env: [", "is not YAML"],
    ["aliases", "env: &x { A: b }\nsupervise: *x", "is not YAML"],
  ])("with %s cannot be used", async (_, front, message) => {
    write("own/bottles/dev.md", front);
    await expect(manifests.bottle("dev")).rejects.toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining(message),
    });
  });

  test("that extends itself is refused", async () => {
    write("own/bottles/one.md", "extends: two");
    write("own/bottles/two.md", "extends: one");
    await expect(manifests.bottle("one")).rejects.toMatchObject({
      message: expect.stringContaining("one → two → one"),
    });
  });

  test("of a workspace is not read, and a link is not followed", async () => {
    write("work/.cellar/bottles/wide.md", "env: {}");
    write("work/.cellar/agents/mine.md", "bottle: wide");
    mkdirSync(folder.in("own/bottles"), { recursive: true });
    symlinkSync(folder.in("work/.cellar/bottles/wide.md"), folder.in("own/bottles/wide.md"));
    await expect(resolve("mine")).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining("wide"),
    });
    const listed = await manifests.list(folder.in("work"));
    expect(listed.find(({ name }) => name === "mine")).toMatchObject({ source: "workspace", bottle: "wide" });
    expect(listed.find(({ name }) => name === "mine")?.problem).toContain("wide");
  });
});

describe("an agent", () => {
  test("of the person wins over the workspace's, and brings its text", async () => {
    write("own/bottles/dev.md", "{}");
    write("own/agents/fix.md", "bottle: dev", "You fix things.\n");
    write("work/.cellar/agents/fix.md", "bottle: dev", "You break things.\n");
    expect(await resolve("fix")).toMatchObject({ agent: "fix", bottle: "dev", systemPrompt: "You fix things." });
  });

  test("of a bottle with a git gate has what may be pushed, by default what agents and Cellar call their branches", async () => {
    write("own/agents/dev.md", "bottle: dev");
    const repository = (more: string) => `git: { repos: [{ name: api, upstream: 'https://example.com/api'${more} }] }`;
    write("own/bottles/dev.md", repository(""));
    const none = { tags: [], force: false, delete: false, approve: false };
    expect((await resolve("dev")).repositories).toMatchObject([
      { push: { ...none, branches: ["agent/**", "cellar/**"] } },
    ]);
    write(
      "own/bottles/dev.md",
      repository(", push: [main], push_tags: ['v*'], force: true, delete: true, approve: true"),
    );
    const all = { branches: ["main"], tags: ["v*"], force: true, delete: true, approve: true };
    expect((await resolve("dev")).repositories).toMatchObject([{ push: all }]);
  });

  test("is checked in order: it exists, then skills, then keys, then the Dockerfile", async () => {
    await expect(resolve("dev")).rejects.toMatchObject({ message: "There is no agent 'dev'" });
    write("own/agents/dev.md", "bottle: dev\nskills: [review]");
    write(
      "own/bottles/dev.md",
      "agent_provider: { template: claude, dockerfile: box/Dockerfile }\ngit: { repos: [{ name: api, upstream: 'ssh://git@example.com/api', identity_file: ~/key }] }",
    );
    const { home, workspace } = host();
    const skill = `${home}/.claude/skills/review`;
    await expect(resolve("dev")).rejects.toMatchObject({
      message: `skill 'review' not found on host at ${skill}. Create it under ~/.claude/skills/, then re-run.`,
    });
    mkdirSync(skill, { recursive: true });
    await expect(resolve("dev")).rejects.toMatchObject({
      message: `git upstream key file not found for 'api': ${home}/key`,
    });
    writeFileSync(`${home}/key`, "");
    await expect(resolve("dev")).rejects.toMatchObject({
      message: `agent_provider.dockerfile for bottle 'dev' not found: ${workspace}/box/Dockerfile`,
    });
    mkdirSync(`${workspace}/box`, { recursive: true });
    writeFileSync(`${workspace}/box/Dockerfile`, "");
    expect(await resolve("dev")).toMatchObject({ provider: "claude", skills: [{ name: "review", path: skill }] });
  });

  test.each(["../../etc/passwd", "a/b", ".", "A"])("named %s is not looked for", async (name) => {
    await expect(resolve(name)).rejects.toMatchObject({ code: "not_found" });
  });
});

/** How a manifest names a variable of the person. */
const ofHost = (name: string) => `\${${name}}`;

describe("the variables of a manifest", () => {
  test("are values, the person's, or asked for; what may be secret is named", () => {
    const env = { LEVEL: "debug", NPM: ofHost("TOKEN"), PIN: "?Which pin", API_KEY: "abc", PRICE: "$5", EMPTY: "?" };
    expect(resolveEnvironment(env, host().hostEnvironment)).toEqual({
      environment: { LEVEL: "debug", NPM: "value of the person", API_KEY: "abc", PRICE: "$5" },
      secrets: [
        { name: "NPM", from: "TOKEN of your environment" },
        { name: "PIN", from: "typed at the launch" },
        { name: "API_KEY", from: "written in the manifest" },
        { name: "EMPTY", from: "typed at the launch" },
      ],
      prompts: [
        { name: "PIN", text: "Which pin" },
        { name: "EMPTY", text: "Value of EMPTY" },
      ],
    });
  });

  test("cannot name one that the person has not", () => {
    expect(() => resolveEnvironment({ A: ofHost("MISSING") }, {})).toThrow("MISSING");
  });
});

describe("without the person's own", () => {
  test("only those of the workspace are there, and what is asked for says why it is not", async () => {
    write("own/bottles/dev.md", "env: {}");
    write("own/agents/mine.md", "bottle: dev");
    write("work/.cellar/agents/theirs.md", "bottle: dev");
    const without = new Manifests(folder.in("own"), false);
    const listed = (await without.list(folder.in("work"))).map(({ name, source, problem }) => ({
      name,
      source,
      problem,
    }));
    expect(listed).toMatchObject([
      { name: "theirs", source: "workspace", problem: expect.stringContaining("without your own manifests") },
    ]);
    await expect(without.bottle("dev")).rejects.toMatchObject({ code: "unavailable" });
    await expect(without.agent("mine", null)).rejects.toMatchObject({ code: "unavailable" });
    expect((await manifests.list(null)).map(({ name }) => name).sort()).toEqual(["dev", "mine"]);
  });
});
