/** MCP clients of a running product: the official SDK's, over a real `cellar mcp` process or over HTTP, in both generations of the protocol. */

import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { Launch } from "#shared/contract/launches.ts";
import type { McpCall } from "#shared/contract/mcp.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { call, first } from "./call.ts";
import { eventually } from "./processes.ts";
import type { Product } from "./product.ts";
import { readyWorkspace } from "./workspace.ts";

export const cellarProgram = resolve(import.meta.dirname, "../../resources/bin/cellar");

export type Way = {
  via: "stdio" | "http";
  /** `legacy`: the 2025 revisions with their handshake. `auto`: the newest that both know. */
  protocol: "legacy" | "auto";
};

export const ways: Way[] = [
  { via: "stdio", protocol: "legacy" },
  { via: "stdio", protocol: "auto" },
  { via: "http", protocol: "legacy" },
  { via: "http", protocol: "auto" },
];

/** What a tool answered: `value` is its structured content, `text` the same as it stands in the text. */
export type Answer = { isError: boolean; value: unknown; text: string };

export class TestClient implements AsyncDisposable {
  readonly client: Client;

  private constructor(client: Client) {
    this.client = client;
  }

  /** Without a token: over stdio as the person, over HTTP with the person's own. */
  static async connect(product: Product, { via, protocol }: Way, token?: string): Promise<TestClient> {
    const client = new Client({ name: "test", version: "0" }, { versionNegotiation: { mode: protocol } });
    if (via === "stdio") {
      const env = { ...product.environment, ...(token !== undefined && { CELLAR_TOKEN: token }) };
      await client.connect(
        new StdioClientTransport({
          command: cellarProgram,
          args: ["mcp"],
          env: env as Record<string, string>,
          stderr: "ignore",
        }),
      );
    } else {
      const { url } = await call(product, "mcp.endpoint", {});
      const bearer = token ?? (await call(product, "mcp.token", {})).token;
      const headers = { authorization: `Bearer ${bearer}` };
      await client.connect(new StreamableHTTPClientTransport(new URL(url!), { requestInit: { headers } }));
    }
    return new TestClient(client);
  }

  async call(name: string, input: Record<string, unknown> = {}): Promise<Answer> {
    const { isError, structuredContent, content } = await this.client.callTool({ name, arguments: input });
    const [block] = content as { type: string; text: string }[];
    return { isError: isError === true, value: structuredContent, text: block!.text };
  }

  /** The result of a call that works. */
  async result<T = Record<string, unknown>>(name: string, input: Record<string, unknown> = {}): Promise<T> {
    const answer = await this.call(name, input);
    if (answer.isError) throw new Error(`${name}: ${answer.text}`);
    return JSON.parse(answer.text) as T;
  }

  /** The error of a call that does not. */
  async error(name: string, input: Record<string, unknown> = {}): Promise<string> {
    const answer = await this.call(name, input);
    if (!answer.isError) throw new Error(`${name} answered ${answer.text}`);
    return (JSON.parse(answer.text) as { error: string }).error;
  }

  /** Captures until the text is there. */
  async shows(terminalId: string, text: string): Promise<string> {
    const capture = () => this.result<{ text: string }>("pty_capture", { terminal_id: terminalId, lines: 1_000 });
    return (await eventually(capture, (answer) => answer.text.includes(text))).text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}

export type Launched = { launch: Launch; terminal: Terminal; token: string; url: string };

/** An own agent program that says what it was started with and then waits for its input to end. */
export function installProbe(product: Product): void {
  const script =
    'printf "%s\\n%s\\n" "$CELLAR_TOKEN" "$CELLAR_MCP_URL" > probe.new; mv probe.new "probe-$CELLAR_TERMINAL_ID"; exec cat';
  writeFileSync(
    join(product.home, "agent-programs.toml"),
    `[probe]\nname = "Probe"\ncommand = ["/bin/sh", "-c", ${JSON.stringify(script)}]\n`,
  );
}

/** A workspace that is a folder of its own, in place. */
export async function makeWorkspace(product: Product, folder: string, name: string): Promise<string> {
  const { id } = await readyWorkspace(product, folder, name);
  return id;
}

/** Launches the probe and reads the token that it was given. */
export async function launchProbe(product: Product, workspaceId: string): Promise<Launched> {
  const { launch, terminal } = await call(product, "launches.start", { workspaceId, programId: "probe" });
  const { path } = await call(product, "workspaces.get", { id: workspaceId });
  const file = join(path, `probe-${terminal.id}`);
  const text = await eventually(
    () => {
      try {
        return readFileSync(file, "utf8");
      } catch {
        return "";
      }
    },
    (said) => said !== "",
  );
  const [token, url] = text.split("\n") as [string, string];
  return { launch, terminal, token, url };
}

/** The latest calls, oldest first. */
export async function callsOf(product: Product): Promise<McpCall[]> {
  const event = await first(product, "mcp.watchCalls", {});
  if (event.type !== "all") throw new Error("the first event is everything");
  return event.items;
}
