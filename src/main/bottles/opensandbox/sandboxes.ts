/** The sandboxes of this home on the server that is set. */
import type { Secret } from "#node/secret.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { isBottleId } from "../ids.ts";
import { bottleKey, homeKey, openPolicy } from "./enclosure.ts";
import { readPlace } from "./place.ts";
import {
  ask,
  egressPort,
  execdPort,
  keyHandle,
  OpenSandboxServer,
  type Sandbox,
  serverAddress,
  type Target,
} from "./server.ts";

export type SandboxesParts = {
  home: string;
  settings(): { url: string };
  /** Throws `not_found` for a handle that the vault does not have. */
  resolve(handle: string, usedBy: string): Promise<Secret>;
};

export class Sandboxes {
  readonly #parts: SandboxesParts;

  constructor(parts: SandboxesParts) {
    this.#parts = parts;
  }

  /** Whether there is a server to be asked. */
  get isSet(): boolean {
    return this.#parts.settings().url.trim() !== "";
  }

  async server(): Promise<OpenSandboxServer> {
    const base = serverAddress(this.#parts.settings().url);
    let key: string | null = null;
    try {
      key = (await this.#parts.resolve(keyHandle, "opensandbox")).reveal();
    } catch (error) {
      // A server may ask for none, and says so itself.
      if (!(error instanceof Failure) || error.code !== "not_found") throw error;
    }
    return new OpenSandboxServer(base, key);
  }

  /** Of all bottles, those that have not ended. */
  async ours(): Promise<(Sandbox & { bottleId: string })[]> {
    const sandboxes = await (await this.server()).list({ [homeKey]: this.#parts.home });
    return sandboxes
      .filter(({ state }) => state !== "Terminated" && state !== "Stopping")
      .map((sandbox) => ({ ...sandbox, bottleId: sandbox.metadata[bottleKey] ?? "" }))
      .filter(({ bottleId }) => isBottleId(bottleId));
  }

  ofBottle(server: OpenSandboxServer, id: string): Promise<Sandbox[]> {
    return server.list({ [homeKey]: this.#parts.home, [bottleKey]: id });
  }

  /** The control service of a bottle's sandbox. Throws `unavailable` when it does not run. */
  async running(id: string, directory: string): Promise<Target> {
    const server = await this.server();
    const wanted = readPlace(directory)?.sandbox;
    const sandbox = (await this.ofBottle(server, id)).find((each) => each.id === wanted && each.state === "Running");
    if (sandbox === undefined) throw new Failure("unavailable", "The bottle's sandbox is not running");
    return server.inside(sandbox.id, execdPort);
  }
}

/** Throws `refused` when its network is not closed, or nobody can say so. */
export async function checkPolicy(server: OpenSandboxServer, sandbox: string): Promise<void> {
  let answer: unknown;
  try {
    answer = await ask(await server.inside(sandbox, egressPort), "GET", "/policy");
  } catch (error) {
    const why = problemOf(error).message;
    throw new Failure("refused", `Whether the sandbox's network is closed could not be found out: ${why}`, {
      hint: "The server has to run its egress sidecar ([egress] in its configuration).",
    });
  }
  const open = openPolicy(answer);
  if (open !== null) throw new Failure("refused", `The sandbox is not tight, so nothing was sent to it: ${open}`);
}
