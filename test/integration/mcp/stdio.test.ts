/** `cellar mcp` as a client that starts its servers has it: one process on standard input and output that outlives main. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { call } from "#test/product/call.ts";
import { cellarProgram, installProbe, launchProbe, makeWorkspace, TestClient } from "#test/product/mcp.ts";
import { eventually, isAlive } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";

let product: Product;
beforeEach(() => {
  product = new Product();
});
afterEach(() => product[Symbol.asyncDispose]());

type Message = {
  id?: number | string | null;
  method?: string;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
};

/** The process with nothing between it and the test. */
class Raw implements Disposable {
  readonly child: ChildProcess;
  readonly lines: Interface;
  /** Everything on standard output. */
  readonly out: Message[] = [];
  err = "";

  constructor(token?: string) {
    const env = { ...product.environment, ...(token !== undefined && { CELLAR_TOKEN: token }) };
    this.child = spawn(cellarProgram, ["mcp"], { env, stdio: ["pipe", "pipe", "pipe"] });
    this.lines = createInterface({ input: this.child.stdout! });
    this.lines.on("line", (line) => this.out.push(JSON.parse(line) as Message));
    this.child.stderr!.on("data", (data) => {
      this.err += data;
    });
  }

  send(message: object | string): void {
    this.child.stdin!.write(
      `${typeof message === "string" ? message : JSON.stringify({ jsonrpc: "2.0", ...message })}\n`,
    );
  }

  answer(id: number | null): Promise<Message> {
    return eventually(
      () => this.out.find((message) => message.id === id && message.method === undefined),
      (found) => found !== undefined,
    ) as Promise<Message>;
  }

  async handshake(): Promise<void> {
    const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "raw", version: "0" } };
    this.send({ id: 0, method: "initialize", params });
    await this.answer(0);
    this.send({ method: "notifications/initialized" });
  }

  async tool(id: number, name: string, input: object): Promise<Message> {
    this.send({ id, method: "tools/call", params: { name, arguments: input } });
    return this.answer(id);
  }

  /** Exit code, once it ends. */
  async ended(): Promise<number> {
    if (this.child.exitCode === null) await once(this.child, "exit");
    return this.child.exitCode!;
  }

  [Symbol.dispose](): void {
    this.child.kill("SIGKILL");
  }
}

describe("cellar mcp", () => {
  test("starts Cellar when there is none, and says nothing but MCP", async () => {
    using raw = new Raw();
    await raw.handshake();
    const { result } = await raw.tool(1, "pty_list", {});
    expect(result).toMatchObject({ structuredContent: { result: [] } });
    const { pid } = await call(product, "app.info", {});
    raw.child.stdin!.end();
    expect(await raw.ended()).toBe(0);
    expect(raw.err).toBe("");
    expect(isAlive(pid)).toBe(true);
    await call(product, "app.quit", {});
  });

  test("answers what is asked before its input ends", async () => {
    await product.start();
    using raw = new Raw();
    await raw.handshake();
    for (let id = 1; id <= 5; id++) raw.send({ id, method: "tools/list" });
    raw.child.stdin!.end();
    expect(await raw.ended()).toBe(0);
    expect(raw.out.filter(({ result }) => result?.["tools"]).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  });

  test("says which line was not understood, and takes the next", async () => {
    await product.start();
    using raw = new Raw();
    await raw.handshake();
    raw.send("this is not JSON");
    expect((await raw.answer(null)).error).toMatchObject({ code: -32_700 });
    for (const line of ["[]", "3", "null", "{}", '"text"', '{"jsonrpc":"1.0","id":7,"method":"ping"}', "", '{"id":{}}'])
      raw.send(line);
    raw.send({
      id: 8,
      method: "tools/call",
      params: { name: "pty_send_keys", arguments: { keys: "x".repeat(9_000_000) } },
    });
    expect((await raw.answer(8)).error?.message).toContain("at most");
    raw.send({ id: 9, method: "no/such" });
    expect((await raw.answer(9)).error).toMatchObject({ code: -32_601 });
    expect((await raw.tool(10, "pty_list", {})).result).toBeDefined();
  });

  test("outlives main: an error in between, then the same client goes on as before, with what it had subscribed to", async () => {
    await product.start();
    using raw = new Raw();
    await raw.handshake();
    const created = await raw.tool(1, "pty_create", { cmd: "cat" });
    const { terminal_id } = created.result!["structuredContent"] as { terminal_id: string };
    const uri = `cellar://terminals/${terminal_id}/output`;
    raw.send({ id: 2, method: "resources/subscribe", params: { uri } });
    expect((await raw.answer(2)).result).toEqual({});
    const shell = await raw.tool(3, "pty_create", { cmd: "bash" });
    const shellId = (shell.result!["structuredContent"] as { terminal_id: string }).terminal_id;
    raw.send({
      id: 4,
      method: "tools/call",
      params: { name: "cell_run", arguments: { terminal_id: shellId, code: "sleep 1000", timeout_seconds: 0 } },
    });
    await eventually(
      () => call(product, "terminals.get", { id: shellId }),
      ({ heldCellId }) => heldCellId !== null,
    );
    await product.end("SIGKILL");
    expect((await raw.answer(4)).error?.message).toBe(
      "Cellar has ended in the middle of this call; whether it was done is not known",
    );
    expect((await raw.tool(5, "pty_list", {})).error).toEqual({
      code: -32_000,
      message: "Cellar does not run; start it again",
    });
    expect(raw.child.exitCode).toBeNull();

    await product.start();
    const listed = await raw.tool(6, "pty_list", { state: "running" });
    const rows = (listed.result!["structuredContent"] as { result: { terminal_id: string }[] }).result;
    expect(rows.map((row) => row.terminal_id)).toEqual([terminal_id, shellId]);
    await raw.tool(7, "pty_send_keys", { terminal_id, keys: "after" });
    await eventually(
      () => raw.out,
      (out) => out.some((message) => message.method === "notifications/resources/updated"),
    );
    // The handshake that was said again is nobody's business but main's.
    expect(raw.out.filter(({ result }) => result?.["serverInfo"])).toHaveLength(1);
    expect(raw.out.every(({ id }) => id === undefined || typeof id === "number")).toBe(true);
  });

  test("does not start Cellar again when the person has quit it", async () => {
    await product.start();
    using raw = new Raw();
    await raw.handshake();
    await product.end("SIGINT");
    expect((await raw.tool(1, "pty_list", {})).error).toBeDefined();
    expect(product.processes().filter(({ command }) => /main\/serve|cellar\.[jt]s serve/.test(command))).toEqual([]);
  });

  test("ends with the launch it acts for, and says why", async () => {
    await product.start();
    installProbe(product);
    mkdirSync(product.folder.in("work"));
    const { token, terminal } = await launchProbe(
      product,
      await makeWorkspace(product, product.folder.in("work"), "work"),
    );
    using raw = new Raw(token);
    await raw.handshake();
    await raw.tool(1, "pty_list", {});
    await call(product, "terminals.kill", { id: terminal.id, force: true });
    expect(await raw.ended()).toBe(6);
    expect(JSON.parse(raw.err)).toMatchObject({
      code: "unauthorized",
      message: expect.stringContaining("CELLAR_TOKEN"),
    });
    using late = new Raw(token);
    expect(await late.ended()).toBe(6);
    expect(late.out).toEqual([]);
  });

  test("leaves no process when its client is gone", async () => {
    await product.start();
    const client = await TestClient.connect(product, { via: "stdio", protocol: "auto" });
    await client.client.listen({ resourcesListChanged: true });
    await client[Symbol.asyncDispose]();
    using raw = new Raw();
    await raw.handshake();
    raw.child.stdout!.destroy();
    raw.send({ id: 1, method: "tools/list" });
    await raw.ended();
    await eventually(
      () => product.processes().filter(({ command }) => command.endsWith(" mcp")),
      (left) => left.length === 0,
    );
  });
});
