/** The built product in browser mode, with a home of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { cellarPaths } from "#node/paths.ts";
import { apart, type Person, shell } from "./person.ts";
import { endMarked, processesMarked } from "./processes.ts";
import { TemporaryFolder } from "./temporary.ts";

const root = resolve(import.meta.dirname, "../..");

export class Product implements AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly home: string;
  readonly #person: Person;
  #main: ChildProcess | null = null;
  #url = "";

  /** `person`: as whom it runs, from which environment, and what names it can resolve; by default as whoever runs the tests. */
  constructor(person: Person = {}) {
    this.#person = person;
    this.folder = new TemporaryFolder("product", person.parent);
    this.home = this.folder.in("home");
  }

  static async start(person: Person = {}): Promise<Product> {
    const product = new Product(person);
    await product.start();
    return product;
  }

  get url(): string {
    return this.#url;
  }

  get pid(): number {
    const pid = this.#main?.pid;
    if (pid === undefined) throw new Error("the product does not run");
    return pid;
  }

  /** With a home directory of its own as well: start files of the person who runs the tests are slow, and killing them does harm. */
  get environment(): NodeJS.ProcessEnv {
    const { path } = this.folder;
    const own = { HOME: path, SHELL: shell, CELLAR_HOME: this.home, XDG_RUNTIME_DIR: path };
    return { ...process.env, ...own, ...this.#person.environment };
  }

  /** Where its sockets are. Another user's folders are not ours to check, so that theirs is looked for. */
  get runtime(): string {
    if (this.#person.user === undefined) return cellarPaths(this.environment).runtime;
    const found = readdirSync(this.folder.path).find((name) => /^cellar-[0-9a-f]+$/.test(name));
    if (found === undefined) throw new Error("the product has no sockets");
    return this.folder.in(found);
  }

  async start(): Promise<void> {
    const [program, ...args] = apart(this.#person, root, this.folder, [resolve(root, "resources/bin/cellar"), "serve"]);
    const main = spawn(program!, args, {
      env: this.environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#main = main;
    const lines = createInterface({ input: main.stdout! });
    const [line] = (await Promise.race([
      once(lines, "line"),
      once(main, "exit").then(([code]) => {
        throw new Error(`cellar serve ended with ${code} before it was ready`);
      }),
    ])) as [string];
    this.#url = (JSON.parse(line) as { url: string }).url;
  }

  /** Ends main as a crash would, or as Ctrl-C does. The terminal host goes on. */
  async end(signal: "SIGKILL" | "SIGINT"): Promise<void> {
    const main = this.#main;
    if (main === null || main.exitCode !== null || main.signalCode !== null) return;
    const exited = once(main, "exit");
    main.kill(signal);
    await exited;
    this.#main = null;
  }

  /** Everything that carries this home, the terminal host and terminals included. */
  processes(): { pid: number; command: string }[] {
    return processesMarked(this.folder.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGINT");
    await endMarked(this.folder.path);
    this.folder[Symbol.dispose]();
  }
}
