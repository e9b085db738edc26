/** A running product with a key in its vault, whose provider is a double on this computer, and an agent's real program to launch into a bottle. */
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import type { Totals } from "#main/broker/index.ts";
import { call } from "./call.ts";
import { eventually } from "./processes.ts";
import { Product } from "./product.ts";
import { readyWorkspace } from "./workspace.ts";

export type AgentBottleParts = {
  /** Handle of the key in the vault, and the key. */
  handle: string;
  key: string;
  /** Content of providers.toml and of agent-programs.toml in the home. */
  providers: string;
  programs: string;
  /** Name on PATH → where the program is. */
  installed: Record<string, string>;
};

export type LaunchMore = {
  prompt?: string;
  arguments?: string[];
  resume?: string;
  /** Name of its manifest. */
  agent?: string;
  drivesTerminals?: boolean;
};

export const passphrase = "correct horse battery";

export class AgentBottle implements AsyncDisposable {
  readonly product = new Product();
  readonly workspaceFolder = this.product.folder.in("api");
  workspaceId = "";

  static async start(parts: AgentBottleParts): Promise<AgentBottle> {
    const agent = new AgentBottle();
    const { folder, home } = agent.product;
    for (const path of [folder.in("bin"), home, agent.workspaceFolder]) mkdirSync(path, { recursive: true });
    for (const [name, path] of Object.entries(parts.installed)) symlinkSync(path, folder.in("bin", name));
    const profile = `export PATH='${folder.in("bin")}':"$PATH"\n`;
    for (const file of [".profile", ".bash_profile", ".bashrc", ".zprofile"]) writeFileSync(folder.in(file), profile);
    writeFileSync(join(home, "providers.toml"), parts.providers);
    writeFileSync(join(home, "agent-programs.toml"), parts.programs);
    chmodSync(home, 0o700);
    await agent.product.start();
    const { product } = agent;
    // What a program asks for beside its provider is refused at once, and nobody is asked.
    await call(product, "settings.change", { gatewayHoldSeconds: 0 });
    await call(product, "vault.setUp", { passphrase });
    await call(product, "vault.set", { handle: parts.handle, value: parts.key });
    const source = agent.workspaceFolder;
    agent.workspaceId = (await readyWorkspace(product, source, "api")).id;
    return agent;
  }

  async launch(programId: string, more: LaunchMore = {}) {
    const { product, workspaceId } = this;
    const plan = await call(product, "bottles.prepare", { workspaceId, programId, backend: "bubblewrap", ...more });
    const launched = await call(product, "bottles.launch", {
      planId: plan.id,
      confirmations: [],
      values: {},
      size: { cols: 120, rows: 40 },
    });
    return { plan, ...launched };
  }

  /** What is in a file of its workspace; empty while there is none. */
  textIn(file: string): string {
    const path = join(this.workspaceFolder, file);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  async screen(terminalId: string): Promise<string> {
    return (await call(this.product, "terminals.screen", { id: terminalId })).lines.join("\n");
  }

  /** Fails with what is on the screen when the program ends, or does not come so far. */
  async shows(terminalId: string, wanted: RegExp, timeoutMs = 60_000): Promise<string> {
    return eventually(
      () => this.screen(terminalId),
      (text) => wanted.test(text),
      timeoutMs,
    );
  }

  async write(terminalId: string, text: string): Promise<void> {
    await call(this.product, "terminals.write", { id: terminalId, text });
  }

  /** Resolves with the exit code. */
  async ended(terminalId: string): Promise<number | null> {
    const terminals = await eventually(
      () => call(this.product, "terminals.list", {}),
      (all) => all.some(({ id, state }) => id === terminalId && state !== "running" && state !== "starting"),
      60_000,
    );
    return terminals.find(({ id }) => id === terminalId)!.exitCode;
  }

  /** What the broker has counted for a bottle, once it has written down so many answers. */
  counted(bottleId: string, answers: number): Promise<Totals> {
    const read = () => {
      const database = new BetterSqlite3(join(this.product.home, "cellar.db"), { readonly: true });
      try {
        const row = database.prepare("SELECT totals FROM broker_listeners WHERE owner_id = ?").get(bottleId);
        return JSON.parse((row as { totals: string }).totals) as Totals;
      } finally {
        database.close();
      }
    };
    return eventually(read, (totals) => totals.answers >= answers, 60_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.product[Symbol.asyncDispose]();
  }
}
