/** The tools, driven by the SDK's own client over stdio and HTTP in both generations of the protocol, on real programs in real terminals. */

import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cellarPaths } from "#node/paths.ts";
import { TerminalHostClient } from "#terminal-host/client/index.ts";
import { jsonFrame } from "#terminal-host/framing.ts";
import { frameKind, type Refused } from "#terminal-host/protocol.ts";
import { call } from "#test/product/call.ts";
import { TestClient, ways } from "#test/product/mcp.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { missing } from "#test/requirements.ts";

type Created = { terminal_id: string; pid: number; started_at: string; cmd: string };
type Listed = { terminal_id: string; state: string; cmd: string };
type CellResult = {
  cell_id: string;
  status: string;
  output: string;
  omitted: number;
  exit_code: number | null;
  error: string | null;
};

let product: Product;
beforeAll(async () => {
  product = await Product.start();
});
afterAll(() => product?.[Symbol.asyncDispose]());

const stdio = () => TestClient.connect(product, ways[0]!);

describe.skipIf(missing("python3")).each(ways)("python3 over $via, protocol $protocol", (way) => {
  test("is started, typed to, read, listed and ended by the five pty tools", async () => {
    await using agent = await TestClient.connect(product, way);
    expect(agent.client.getProtocolEra()).toBe(way.protocol === "legacy" ? "legacy" : "modern");
    const created = await agent.call("pty_create", {
      cmd: "exec python3 -q",
      cwd: product.folder.path,
      env: { GREETING: "grüße" },
      name: `py-${way.via}-${way.protocol}`,
      cols: 100,
      rows: 30,
    });
    expect(created.isError).toBe(false);
    expect(JSON.parse(created.text)).toEqual(created.value);
    const { terminal_id, ...rest } = created.value as Created;
    expect(terminal_id).toMatch(/^term-[0-9a-f]{8}$/);
    expect(rest).toEqual({ pid: expect.any(Number), started_at: expect.stringMatching(/Z$/), cmd: "exec python3 -q" });
    const record = await call(product, "terminals.get", { id: terminal_id });
    expect(record).toMatchObject({ size: { cols: 100, rows: 30 }, name: `py-${way.via}-${way.protocol}` });

    await agent.shows(terminal_id, ">>> ");
    const keys = "import os; print(os.environ['GREETING'], os.get_terminal_size().columns)";
    expect(await agent.result("pty_send_keys", { terminal_id, keys })).toEqual({
      terminal_id,
      bytes_written: keys.length + 1,
    });
    await agent.shows(terminal_id, "grüße 100");
    expect(await agent.result("pty_send_keys", { terminal_id, keys: "ü", enter: false })).toMatchObject({
      bytes_written: 2,
    });
    await agent.result("pty_send_keys", { terminal_id, keys: "\u0015", enter: false });

    await agent.result("pty_send_keys", { terminal_id, keys: "import time; time.sleep(100)" });
    await agent.shows(terminal_id, "sleep(100)");
    expect(await agent.result("pty_kill", { terminal_id, signal: "int" })).toMatchObject({
      terminal_id,
      signal: "INT",
      exit_code: null,
    });
    const text = await agent.shows(terminal_id, "KeyboardInterrupt");
    expect(text).not.toMatch(/\r/);
    expect(text.endsWith("\n")).toBe(false);

    const listed = await agent.call("pty_list", { state: "running" });
    const rows = JSON.parse(listed.text) as Listed[];
    expect(listed.value).toEqual(way.protocol === "legacy" ? { result: rows } : rows);
    expect(rows.find((row) => row.terminal_id === terminal_id)).toEqual({
      terminal_id,
      cmd: "exec python3 -q",
      state: "running",
      pid: record.pid,
      created_at: record.createdAt,
      resolved_at: null,
      exit_code: null,
      parent_session_id: null,
    });
    expect(await agent.result("pty_list", { state: "Running" })).toEqual([]);

    await agent.result("pty_send_keys", { terminal_id, keys: "os._exit(3)" });
    const ended = await eventually(
      () => agent.result<{ state: string; exit_code: number }>("pty_capture", { terminal_id, lines: 0 }),
      ({ state }) => state !== "running",
    );
    expect(ended).toEqual({
      terminal_id,
      text: "",
      bytes_out: expect.any(Number),
      lines_out: expect.any(Number),
      truncated: false,
      state: "failed",
      exit_code: 3,
    });
    expect(await agent.result("pty_send_keys", { terminal_id, keys: "more" })).toEqual({
      terminal_id,
      bytes_written: 0,
    });
    expect(await agent.result("pty_kill", { terminal_id, signal: "" })).toEqual({
      terminal_id,
      state: "failed",
      exit_code: 3,
      signal: "TERM",
    });
  });
});

describe("pty_capture", () => {
  test("gives the first or last lines, with one kind of line end and the escape codes in place", async () => {
    await using agent = await stdio();
    const cmd = "printf 'a\\r\\nb\\rc\\n\\033[31md\\033[0m\\n'";
    const { terminal_id } = await agent.result<Created>("pty_create", { cmd });
    await agent.shows(terminal_id, "d");
    const text = async (input: object) =>
      (await agent.result<{ text: string }>("pty_capture", { terminal_id, ...input })).text;
    expect(await text({})).toBe("a\nb\nc\n\x1b[31md\x1b[0m");
    expect(await text({ lines: 2 })).toBe("c\n\x1b[31md\x1b[0m");
    expect(await text({ lines: 2, tail: false })).toBe("a\nb");
    expect(await text({ lines: -5 })).toBe("");
  });

  test("says that more was printed than is kept, also when the program is long gone", async () => {
    await using agent = await stdio();
    const { terminal_id } = await agent.result<Created>("pty_create", { cmd: "yes 0123456789 | head -c 3000000" });
    const capture = () =>
      agent.result<{ state: string; truncated: boolean; bytes_out: number }>("pty_capture", { terminal_id });
    const ended = await eventually(capture, ({ state }) => state === "succeeded");
    expect(ended).toMatchObject({ truncated: true });
    expect(ended.bytes_out).toBeGreaterThan(3_000_000);
  });

  test("a large paste arrives whole, in one write", async () => {
    await using agent = await stdio();
    const { terminal_id } = await agent.result<Created>("pty_create", {
      cmd: "stty raw -echo; echo ready; head -c 300000 | md5sum",
    });
    await agent.shows(terminal_id, "ready");
    const keys = "0123456789".repeat(30_000);
    expect(await agent.result("pty_send_keys", { terminal_id, keys, enter: false })).toMatchObject({
      bytes_written: 300_000,
    });
    const { createHash } = await import("node:crypto");
    await agent.shows(terminal_id, createHash("md5").update(keys).digest("hex"));
  });
});

describe("pty_kill", () => {
  test("KILL ends what ignores TERM at once, and TERM within its grace", async () => {
    await using agent = await stdio();
    for (const signal of ["KILL", "term"]) {
      const cmd = "trap '' TERM; echo ready; while :; do sleep 1; done";
      const { terminal_id } = await agent.result<Created>("pty_create", { cmd });
      await agent.shows(terminal_id, "ready");
      expect(await agent.result("pty_kill", { terminal_id, signal })).toEqual({
        terminal_id,
        state: "cancelled",
        exit_code: expect.any(Number),
        signal: signal.toUpperCase(),
      });
    }
  });
});

describe("cells over MCP", () => {
  test("run, fire, poll and interrupt code in bash", async () => {
    await using agent = await stdio();
    const { terminal_id } = await agent.result<Created>("pty_create", { cmd: "bash" });
    const done = await agent.result<CellResult>("cell_run", { terminal_id, code: "echo one; (exit 7)" });
    expect(done).toMatchObject({
      terminal_id,
      status: "done",
      output: "one",
      omitted: 0,
      exit_code: 7,
      error: null,
      truncated: false,
    });
    const long = await agent.result<CellResult>("cell_run", { terminal_id, code: "seq 1000", max_output: 9 });
    expect(long).toMatchObject({ output: "\n999\n1000", omitted: long.omitted });
    expect(long.omitted).toBe([...Array(1000).keys()].map((n) => `${n + 1}`).join("\n").length - 9);

    const late = await agent.result<CellResult>("cell_run", {
      terminal_id,
      code: "seq 1 100; sleep 100",
      timeout_seconds: 1,
    });
    expect(late).toMatchObject({ status: "timeout", output: expect.stringMatching(/^1\n2\n3\n/) });
    expect(await agent.error("cell_fire", { terminal_id, code: "true" })).toBe(`active cell '${late.cell_id}'`);
    const stopped = { terminal_id, cell_id: late.cell_id, status: "error" };
    expect(await agent.result("cell_interrupt", { terminal_id })).toEqual(stopped);
    expect(await agent.result("cell_poll", { cell_id: late.cell_id })).toMatchObject({
      status: "error",
      error: "interrupted",
    });
    expect(await agent.result("cell_interrupt", { terminal_id })).toEqual({ terminal_id, cell_id: null, status: null });

    const fired = await agent.result<CellResult>("cell_fire", { terminal_id, code: "read line; echo got $line" });
    expect(fired).toEqual({ cell_id: expect.stringMatching(/^[0-9a-f]{12}$/), terminal_id, status: "running" });
    expect(await agent.result("cell_poll", { cell_id: fired.cell_id })).toMatchObject({ status: "running" });
    await agent.result("pty_send_keys", { terminal_id, keys: "it" });
    const end = await eventually(
      () => agent.result<CellResult>("cell_poll", { cell_id: fired.cell_id }),
      ({ status }) => status !== "running",
    );
    expect(end.output).toContain("got it");
    const record = await call(product, "cells.get", { id: fired.cell_id });
    expect(record.via).toBe("mcp");
  });

  test("show what is on the screen", async () => {
    await using agent = await stdio();
    const { terminal_id } = await agent.result<Created>("pty_create", {
      cmd: "printf '\\033[?1049h\\033[2;3Hhere\\033]2;A title\\007'; cat",
      cols: 40,
      rows: 5,
    });
    const shown = await eventually(
      () => agent.result<{ lines: string[] }>("terminal_screen", { terminal_id }),
      ({ lines }) => lines.join("").includes("here"),
    );
    expect(shown).toEqual({
      terminal_id,
      cols: 40,
      rows: 5,
      lines: ["", "  here", "", "", ""],
      cursor: { x: 6, y: 1, visible: true },
      alternate_screen: true,
      title: "A title",
    });
    await agent.result("pty_kill", { terminal_id, signal: "KILL" });
  });
});

describe("what is wrong is said", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["pty_create", { cmd: " \t " }, "Failed to spawn PTY: Command cannot be empty"],
    ["pty_create", { cmd: "true", cwd: "/no/such/folder" }, "Failed to spawn PTY: There is no folder /no/such/folder"],
    ["pty_create", { cmd: "true", cwd: "relative" }, "Failed to spawn PTY: cwd has to be an absolute path"],
    ["pty_send_keys", { terminal_id: "term-00000000", keys: "\ud800" }, "Unknown terminal: term-00000000"],
    ["pty_send_keys", { terminal_id: "../../etc", keys: "x" }, "Unknown terminal: ../../etc"],
    ["pty_capture", { terminal_id: "" }, "Unknown terminal: "],
    ["pty_kill", { terminal_id: "term-00000000", signal: "HUP" }, "Unknown terminal: term-00000000"],
    ["cell_run", { terminal_id: "term-00000000", code: "ls" }, "Unknown terminal: term-00000000"],
    ["cell_fire", { terminal_id: "nope", code: "ls" }, "Unknown terminal: nope"],
    ["cell_interrupt", { terminal_id: "term-00000000" }, "Unknown terminal: term-00000000"],
    ["terminal_screen", { terminal_id: "term-00000000" }, "Unknown terminal: term-00000000"],
    ["cell_poll", { cell_id: "000000000000" }, "Unknown cell: 000000000000"],
    ["cell_poll", { cell_id: "'; --" }, "Unknown cell: '; --"],
  ])("%s %j", async (name, input, error) => {
    await using agent = await stdio();
    expect(await agent.error(name, input)).toBe(error);
  });

  test("a taken name, keys that cannot be encoded, a signal that is none", async () => {
    await using agent = await stdio();
    const { terminal_id } = await agent.result<Created>("pty_create", { cmd: "cat", name: "taken" });
    expect(await agent.error("pty_create", { cmd: "cat", name: "taken" })).toMatch(/^Failed to spawn PTY: .*taken/);
    expect(await agent.error("pty_send_keys", { terminal_id, keys: "ab\udc00" })).toBe(
      "Failed to encode keys: surrogate without its pair at position 2",
    );
    expect(await agent.error("pty_kill", { terminal_id, signal: "hup" })).toBe(
      "Unsupported signal 'hup'. Use TERM, KILL, or INT.",
    );
    await agent.result("pty_kill", { terminal_id, signal: "KILL" });
  });

  test.each<[string, Record<string, unknown>]>([
    ["pty_create", {}],
    ["pty_create", { cmd: 1 }],
    ["pty_create", { cmd: "true", shell: "zsh" }],
    ["pty_create", { cmd: "true", cols: 0 }],
    ["pty_create", { cmd: "true", rows: 1e9 }],
    ["pty_create", { cmd: "true", name: "../x" }],
    ["pty_create", { cmd: "true", env: { "a b": "c" } }],
    ["pty_send_keys", { terminal_id: "term-00000000" }],
    ["pty_send_keys", { terminal_id: "term-00000000", keys: "x", enter: "yes" }],
    ["pty_capture", { terminal_id: "term-00000000", lines: 1.5 }],
    ["pty_kill", { terminal_id: ["term-00000000"] }],
    ["pty_list", { State: "running" }],
    ["cell_run", { terminal_id: "term-00000000", code: "x".repeat(1_000_001) }],
    ["cell_run", { terminal_id: "term-00000000", code: "ls", timeout_seconds: -1 }],
    ["cell_fire", { terminal_id: "term-00000000" }],
    ["cell_poll", { cell_id: "0", max_output: 0 }],
    ["cell_interrupt", {}],
    ["terminal_screen", { terminal_id: null }],
  ])("arguments of %s that do not fit", async (name, input) => {
    await using agent = await stdio();
    const before = (await call(product, "terminals.list", {})).length;
    const answer = await agent.call(name, input);
    expect(answer.isError).toBe(true);
    expect(answer.text).toMatch(/^Input validation error/);
    expect(answer.text.length).toBeLessThan(1_000);
    expect((await call(product, "terminals.list", {})).length).toBe(before);
  });

  test("a tool or a method that does not exist", async () => {
    await using agent = await stdio();
    await expect(agent.call("pty_restart")).rejects.toThrow(/not found/);
    await expect(agent.client.readResource({ uri: "cellar://terminals/term-00000000/output" })).rejects.toThrow(
      /not found/i,
    );
    await expect(agent.client.readResource({ uri: "file:///etc/passwd" })).rejects.toThrow(/not found/i);
  });
});

test("every tool says what it takes, and whether it changes anything", async () => {
  await using agent = await stdio();
  const { tools } = await agent.client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    "pty_create",
    "pty_send_keys",
    "pty_capture",
    "pty_kill",
    "pty_list",
    "cell_run",
    "cell_fire",
    "cell_poll",
    "cell_interrupt",
    "terminal_screen",
  ]);
  for (const { name, description, inputSchema, outputSchema, annotations } of tools) {
    expect([name, inputSchema["additionalProperties"]]).toEqual([name, false]);
    expect(description!.length).toBeGreaterThan(40);
    expect(outputSchema).toBeDefined();
    for (const property of Object.values(inputSchema.properties ?? {})) {
      expect((property as { description?: string }).description).toBeTruthy();
    }
    const reads = ["pty_capture", "pty_list", "cell_poll", "terminal_screen"].includes(name);
    expect([name, annotations]).toEqual([
      name,
      {
        readOnlyHint: reads,
        destructiveHint: !reads && name !== "pty_create",
        idempotentHint: reads || name === "pty_kill",
        openWorldHint: false,
      },
    ]);
  }
});

describe("resources", () => {
  test.each(ways)("are listed, read, and told of when they change: $via, $protocol", async (way) => {
    await using agent = await TestClient.connect(product, way);
    const { terminal_id } = await agent.result<Created>("pty_create", { cmd: "printf '\\033[1mbold\\033[0m\\n'; cat" });
    await agent.shows(terminal_id, "bold");
    const uri = `cellar://terminals/${terminal_id}/output`;
    const { resources } = await agent.client.listResources();
    expect(resources.find((resource) => resource.uri === uri)).toMatchObject({
      name: terminal_id,
      mimeType: "text/plain",
    });
    const { resourceTemplates } = await agent.client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      "cellar://terminals/{terminal_id}/output",
    ]);
    const read = async () => {
      const { contents } = await agent.client.readResource({ uri });
      return (contents[0] as { text: string }).text;
    };
    expect(await read()).toBe("bold");
    if (way.via === "http" && way.protocol === "legacy") {
      // There is nothing between two requests of theirs.
      expect(agent.client.getServerCapabilities()?.resources).toEqual({ listChanged: false, subscribe: false });
      return;
    }
    const told = new Promise<string>((resolve) => {
      agent.client.setNotificationHandler("notifications/resources/updated", ({ params }) => resolve(params.uri));
    });
    if (way.protocol === "legacy") await agent.client.subscribeResource({ uri });
    else await agent.client.listen({ resourceSubscriptions: [uri] });
    await agent.result("pty_send_keys", { terminal_id, keys: "again" });
    expect(await told).toBe(uri);
    await eventually(read, (text) => text.includes("again"));
    await agent.result("pty_kill", { terminal_id, signal: "KILL" });
  });
});

test("without a terminal host to be had, the tools say so in the words of the original", async () => {
  await using away = new Product();
  const paths = cellarPaths(away.environment);
  // A terminal host of another version, which still holds terminals, is one that main may not replace.
  const refused: Refused = {
    code: "conflict",
    message: "another version",
    protocol: 999,
    version: "9",
    pid: process.pid,
    liveTerminals: 1,
  };
  rmSync(paths.hostSocket, { force: true });
  const other = createServer((socket) => {
    socket.on("error", () => {});
    socket.write(jsonFrame(frameKind.refused, refused));
  });
  await new Promise<void>((resolve) => other.listen(paths.hostSocket, resolve));
  try {
    await away.start();
    await using agent = await TestClient.connect(away, ways[0]!);
    const error = "PTY runtime not available (not running in daemon mode)";
    for (const [name, input] of [
      ["pty_create", { cmd: "" }],
      ["pty_send_keys", { terminal_id: "x", keys: "\ud800" }],
      ["pty_capture", { terminal_id: "x" }],
      ["pty_kill", { terminal_id: "x", signal: "x" }],
      ["cell_run", { terminal_id: "x", code: "" }],
      ["cell_poll", { cell_id: "x" }],
      ["terminal_screen", { terminal_id: "x" }],
    ] as const) {
      expect([name, await agent.error(name, input)]).toEqual([name, error]);
    }
    expect(JSON.parse((await agent.call("pty_list")).text)).toEqual([{ error }]);
  } finally {
    other.close();
  }
});

test("a host that was killed is found again by the next call, its terminals lost", async () => {
  await using agent = await stdio();
  const { terminal_id } = await agent.result<Created>("pty_create", { cmd: "cat" });
  const host = new TerminalHostClient(cellarPaths(product.environment), { name: "test", version: "0", events: false });
  const { pid } = await host.connect();
  host.close();
  process.kill(pid, "SIGKILL");
  const lost = await eventually(
    () => agent.call("pty_capture", { terminal_id }),
    ({ isError }) => !isError,
  );
  expect(lost.value).toMatchObject({ state: "stream_lost", exit_code: null });
});
