/** One run of a command: how it was asked to behave, and its connections, made when they are first needed and closed at the end. */
import type { CellarPaths } from "#node/paths.ts";
import { Failure } from "#shared/failure.ts";
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import type { Main } from "./contract.ts";

export type SessionParts = {
  /** Results are read by a program. */
  json: boolean;
  /** A person may be asked. */
  interactive: boolean;
};

export class Session {
  readonly json: boolean;
  readonly interactive: boolean;
  #paths: Promise<CellarPaths> | null = null;
  #running: Promise<Main | null> | null = null;
  #started: Promise<Main> | null = null;
  #host: Promise<TerminalHostClient | null> | null = null;

  constructor({ json, interactive }: SessionParts) {
    this.json = json;
    this.interactive = interactive;
  }

  paths(): Promise<CellarPaths> {
    this.#paths ??= import("#node/paths.ts").then(({ cellarPaths }) => cellarPaths());
    return this.#paths;
  }

  /** Null where no Cellar has ever run: looking makes no home. */
  async existingPaths(): Promise<CellarPaths | null> {
    const [{ homeFolder }, { existsSync }] = await Promise.all([import("#node/paths.ts"), import("node:fs")]);
    return existsSync(homeFolder()) ? this.paths() : null;
  }

  /** Main when it runs. For commands that only look. */
  running(): Promise<Main | null> {
    this.#running ??= (async () => {
      const paths = await this.existingPaths();
      if (paths === null) return null;
      const [{ contractClient }, { Main }] = await Promise.all([
        import("#node/contract-client.ts"),
        import("./contract.ts"),
      ]);
      const connection = await contractClient(paths.mainSocket);
      return connection === null ? null : new Main(connection);
    })();
    return this.#running;
  }

  /** Main, started in the background when it does not run. */
  main(): Promise<Main> {
    this.#started ??= (async () => {
      const running = await this.running();
      if (running !== null) return running;
      const [{ connectOrStart }, { Main }] = await Promise.all([import("./running.ts"), import("./contract.ts")]);
      const main = new Main(await connectOrStart(await this.paths()));
      this.#running = Promise.resolve(main);
      return main;
    })();
    return this.#started;
  }

  /** The terminal host when it runs: it does without main, too. */
  host(): Promise<TerminalHostClient | null> {
    this.#host ??= (async () => {
      const paths = await this.existingPaths();
      if (paths === null) return null;
      const { TerminalHostClient } = await import("#terminal-host/client/index.ts");
      const client = new TerminalHostClient(paths, { name: "cellar", version: "", events: false, start: false });
      try {
        await client.connect();
        return client;
      } catch (thrown) {
        client.close();
        if (thrown instanceof Failure && thrown.code === "unavailable") return null;
        throw thrown;
      }
    })();
    return this.#host;
  }

  /** The one result of a command. `human` makes what a person reads. */
  result(value: unknown, human: () => string): void {
    const text = this.json ? JSON.stringify(value) : human();
    if (text !== "") process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  async close(): Promise<void> {
    const connections = await Promise.allSettled([this.#running, this.#started, this.#host]);
    for (const settled of connections) if (settled.status === "fulfilled") settled.value?.close();
  }
}
