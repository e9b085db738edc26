/** A running product with a program that can be launched into a bubblewrap bottle, and an MCP client (the official SDK's) that runs inside it. */

import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "vite";
import type { Activity } from "#shared/contract/activities.ts";
import type { Bottle } from "#shared/contract/bottles.ts";
import type { Proposal, ProposalDecision } from "#shared/contract/supervise.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { call, first } from "./call.ts";
import { eventually } from "./processes.ts";
import { Product } from "./product.ts";
import { readyWorkspace } from "./workspace.ts";

const double = resolve(import.meta.dirname, "../doubles/agent-in-bottle.sh");
const client = resolve(import.meta.dirname, "../fixtures/mcp-client-inside.ts");

/** What the program's catalogue entry says beside its name and command. */
const entry = `
[my-agent]
name = "My agent"
command = ["my-agent"]
[my-agent.start]
arguments = ["--session", "{conversation}"]
[my-agent.conversation]
id = "uuid"
resume = ["--resume", "{conversation}"]
[my-agent.mcp]
arguments = ["--mcp", "{mcp-url}"]
[my-agent.hooks]
speaks = "claude"
arguments = ["--settings", "{file}"]
file = "{hook} Stop"
[my-agent.hooks.environment]
AGENT_SETTINGS = "{file}"
`;

export type InsideCall = { tool: string; input?: Record<string, unknown> };
export type InsideAnswer = { isError: boolean; value: Record<string, unknown> };
type InsideReport = { tools: string[]; instructions: string; answers: InsideAnswer[] };

export class Bottled implements AsyncDisposable {
  readonly product = new Product();
  readonly work = this.product.folder.in("work");
  workspaceId = "";

  static async start(): Promise<Bottled> {
    const bottled = new Bottled();
    const { product, work } = bottled;
    const bin = product.folder.in("bin");
    for (const folder of [bin, product.home, work]) mkdirSync(folder, { recursive: true });
    copyFileSync(double, join(bin, "my-agent"));
    chmodSync(join(bin, "my-agent"), 0o755);
    const profile = `export PATH='${bin}':"$PATH"\n`;
    for (const file of [".profile", ".bash_profile", ".bashrc"]) writeFileSync(product.folder.in(file), profile);
    writeFileSync(join(product.home, "agent-programs.toml"), entry);
    for (const kind of ["agents", "bottles"]) mkdirSync(join(product.home, "manifests", kind), { recursive: true });
    writeFileSync(join(product.home, "manifests/bottles/asking.md"), "---\nsupervise: true\n---\n");
    writeFileSync(join(product.home, "manifests/agents/asking.md"), "---\nbottle: asking\n---\n");
    await product.start();
    bottled.workspaceId = (await readyWorkspace(product, work, "work")).id;
    return bottled;
  }

  /** `asks`: by its manifest, it may ask the person. */
  async launch(more: { asks?: boolean; drivesTerminals?: boolean; programId?: string; resume?: string } = {}) {
    const { asks = false, programId = "my-agent", ...rest } = more;
    const request = { workspaceId: this.workspaceId, programId, ...(asks && { agent: "asking" }), ...rest };
    const { id: planId } = await call(this.product, "bottles.prepare", request);
    const before = this.recorded().length;
    const launched = await call(this.product, "bottles.launch", { planId });
    // A program recorded how it was started before anything else is asked of it.
    if (programId === "my-agent") await this.#recordedMore(before);
    return launched;
  }

  /** Lines that the program has recorded. */
  recorded(): string[] {
    const record = join(this.work, "record");
    return existsSync(record) ? readFileSync(record, "utf8").split("\n").filter(Boolean) : [];
  }

  #recordedMore(than: number): Promise<string[]> {
    return eventually(
      () => this.recorded(),
      (lines) => lines.length > than,
    );
  }

  /** Tells the program a line; resolves with what it records about it. */
  async tell(terminal: Terminal, line: string): Promise<string> {
    const before = await eventually(
      () => this.recorded().length,
      (count) => count > 0,
    );
    await call(this.product, "terminals.write", { id: terminal.id, text: `${line}\r` });
    return (await this.#recordedMore(before)).at(-1)!;
  }

  exec(bottle: Pick<Bottle, "id">, script: string, timeoutSeconds = 60) {
    return call(this.product, "bottles.exec", { id: bottle.id, script, timeoutSeconds });
  }

  /** Connects the SDK's client inside the bottle, calls the tools one after the other, and reports. */
  async inside(bottle: Pick<Bottle, "id">, ...calls: InsideCall[]): Promise<InsideReport> {
    await this.#bundle();
    writeFileSync(join(this.work, "calls.json"), JSON.stringify(calls));
    const { stdout, stderr, exitCode } = await this.exec(bottle, "node .client/client.mjs <calls.json");
    if (exitCode !== 0) throw new Error(`the client inside ended with ${exitCode}: ${stderr}`);
    return JSON.parse(stdout) as InsideReport;
  }

  #bundled: Promise<unknown> | null = null;
  #bundle(): Promise<unknown> {
    // Nothing of the host's node_modules is seen inside.
    this.#bundled ??= build({
      configFile: false,
      logLevel: "silent",
      build: {
        ssr: client,
        outDir: join(this.work, ".client"),
        rolldownOptions: { output: { entryFileNames: "client.mjs", codeSplitting: false } },
      },
      ssr: { noExternal: true },
    });
    return this.#bundled;
  }

  async proposals(): Promise<Proposal[]> {
    const event = await first(this.product, "supervise.watch", {});
    return event.type === "all" ? event.items : [];
  }

  /** Resolves with the one that waits. */
  asked(): Promise<Proposal> {
    return eventually(
      async () => (await this.proposals()).find(({ state }) => state === "pending"),
      (proposal) => proposal !== undefined,
    ) as Promise<Proposal>;
  }

  decide(id: string, decision: ProposalDecision): Promise<Proposal> {
    return call(this.product, "supervise.decide", { id, decision });
  }

  async bottle(id: string): Promise<Bottle | undefined> {
    const event = await first(this.product, "bottles.watch", {});
    return event.type === "all" ? event.items.find((bottle) => bottle.id === id) : undefined;
  }

  async activity(terminalId: string): Promise<Activity | undefined> {
    const event = await first(this.product, "activities.watch", {});
    return event.type === "all" ? event.items.find(({ id }) => id === terminalId) : undefined;
  }

  untilActivity(terminalId: string, state: Activity["state"]): Promise<Activity> {
    return eventually(
      () => this.activity(terminalId),
      (now) => now?.state === state,
    ) as Promise<Activity>;
  }

  /** Main is killed and started again; resolves when the bottle is joined. */
  async restart(bottleId: string): Promise<void> {
    await this.product.end("SIGKILL");
    await this.product.start();
    await eventually(
      () => this.bottle(bottleId),
      (bottle) => bottle?.state === "running",
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.product[Symbol.asyncDispose]();
  }
}
