/** A running product in which a program that behaves like an agent is launched, and what is known of it. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { cellarPaths } from "#node/paths.ts";
import type { Activity } from "#shared/contract/activities.ts";
import type { Notification } from "#shared/contract/notifications.ts";
import { call, first } from "./call.ts";
import { eventually } from "./processes.ts";
import { Product } from "./product.ts";

const double = resolve(import.meta.dirname, "../doubles/agent-program.mjs");

export type Recorded = {
  started?: string[];
  ready?: boolean;
  token?: string;
  hooked?: string;
  status?: number;
  said?: string;
  ms?: number;
};

export class Launched implements AsyncDisposable {
  readonly product = new Product();
  readonly workspaceFolder = this.product.folder.in("api");
  readonly #record = this.product.folder.in("record");
  workspaceId = "";
  #printed = 0;

  /** `toml`: what the program's catalogue entry says beside its name and command. */
  static async start(toml = "", environment: Record<string, string> = {}): Promise<Launched> {
    const launched = new Launched();
    launched.install("my-agent", "My agent", toml, environment);
    await launched.product.start();
    mkdirSync(launched.workspaceFolder);
    const source = launched.workspaceFolder;
    await call(launched.product, "workspaces.create", { source, mode: "in-place", name: "api" });
    const workspaces = await eventually(
      () => first(launched.product, "workspaces.watch", {}),
      (event) => event.type === "all" && event.items[0]?.state === "ready",
    );
    if (workspaces.type === "all") launched.workspaceId = workspaces.items[0]!.id;
    return launched;
  }

  /** On the PATH that only the login shell knows, as it is with most people's programs. */
  install(id: string, name: string, toml: string, environment: Record<string, string>): void {
    const { folder, home } = this.product;
    const bin = folder.in("bin");
    for (const directory of [bin, home]) mkdirSync(directory, { recursive: true });
    writeFileSync(this.#record, "");
    writeFileSync(join(bin, id), `#!/bin/sh\nexec '${process.execPath}' '${double}' "$@"\n`);
    chmodSync(join(bin, id), 0o755);
    const { mainSocket } = cellarPaths(this.product.environment);
    const variables = { AGENT_RECORD: this.#record, AGENT_MAIN_SOCKET: mainSocket, ...environment };
    const exports = Object.entries(variables).map(([key, value]) => `${key}='${value}'`);
    const profile = `export PATH='${bin}':"$PATH" ${exports.join(" ")}\n`;
    for (const file of [".profile", ".bash_profile", ".bashrc", ".zprofile"]) writeFileSync(folder.in(file), profile);
    writeFileSync(join(home, "agent-programs.toml"), `[${id}]\nname = "${name}"\ncommand = ["${id}"]\n${toml}\n`);
  }

  /** Resolves with the terminal when the program is ready. */
  async launch(programId = "my-agent"): Promise<string> {
    const before = this.recorded().filter(({ ready }) => ready).length;
    const { workspaceId } = this;
    const { terminal } = await call(this.product, "launches.start", { workspaceId, programId, isolation: "none" });
    await eventually(
      () => this.recorded().filter(({ ready }) => ready).length,
      (count) => count > before,
    );
    return terminal.id;
  }

  recorded(): Recorded[] {
    return readFileSync(this.#record, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Recorded);
  }

  /** Types a line, and Enter. */
  async submit(terminalId: string, line: string): Promise<void> {
    await call(this.product, "terminals.write", { id: terminalId, text: `${line}\r` });
  }

  /** Has the program put something out, and a mark behind it; resolves when the terminal host has read it. */
  async print(terminalId: string, text: string): Promise<void> {
    const mark = ` #${++this.#printed} `;
    await this.submit(terminalId, `print ${JSON.stringify(text + mark)}`);
    // In the echo of what was typed a quotation mark follows, and not the program's prompt.
    await eventually(
      () => call(this.product, "terminals.capture", { id: terminalId }),
      (capture) => capture.text.includes(`${mark}> `),
    );
  }

  /** Has the program run its hook; resolves with how that went. */
  async hook(terminalId: string, event: string, payload: object | string = ""): Promise<Recorded> {
    const count = () => this.recorded().filter(({ hooked }) => hooked !== undefined);
    const before = count().length;
    await this.submit(terminalId, `hook ${event} ${typeof payload === "string" ? payload : JSON.stringify(payload)}`);
    const runs = await eventually(count, (all) => all.length > before);
    return runs.at(-1)!;
  }

  async activity(terminalId: string): Promise<Activity | undefined> {
    const event = await first(this.product, "activities.watch", {});
    return event.type === "all" ? event.items.find(({ id }) => id === terminalId) : undefined;
  }

  until(terminalId: string, wanted: (activity: Activity | undefined) => boolean): Promise<Activity> {
    return eventually(() => this.activity(terminalId), wanted) as Promise<Activity>;
  }

  untilState(terminalId: string, state: Activity["state"], source?: Activity["source"]): Promise<Activity> {
    return this.until(terminalId, (now) => now?.state === state && (source === undefined || now.source === source));
  }

  async notifications(): Promise<Notification[]> {
    const event = await first(this.product, "notifications.watch", {});
    return event.type === "all" ? event.items : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.product[Symbol.asyncDispose]();
  }
}
