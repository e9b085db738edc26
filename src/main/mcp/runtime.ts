/** The terminal host as the tools see it: there, or "not available" in the words that their users know. */
import { Failure } from "#shared/failure.ts";
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import type { HostMethod, HostMethods } from "#terminal-host/protocol.ts";

/** An answer that a tool gives as `{error}`. */
export class ToolError extends Error {
  readonly outcome: "error" | "refused";

  constructor(message: string, outcome: "error" | "refused" = "error") {
    super(message);
    this.outcome = outcome;
  }
}

/** One that does not exist, or is out of the caller's reach: the caller cannot tell which. */
export class UnknownTerminal extends ToolError {
  constructor(id: string, outcome: "error" | "refused") {
    super(`Unknown terminal: ${id}`, outcome);
  }
}

const notAvailable = "PTY runtime not available (not running in daemon mode)";

export class Runtime {
  readonly #client: Pick<TerminalHostClient, "connect" | "call" | "status">;

  constructor(client: Pick<TerminalHostClient, "connect" | "call" | "status">) {
    this.#client = client;
  }

  /** Finds or starts the terminal host; throws a {@link ToolError} when that is not possible. */
  async ready(): Promise<void> {
    await this.#client.connect().catch(() => {
      throw new ToolError(notAvailable);
    });
  }

  /** Rejects with the host's Failure, or with a {@link ToolError} when the host is gone. */
  async call<M extends HostMethod>(
    method: M,
    params: HostMethods[M][0],
    signal?: AbortSignal,
  ): Promise<HostMethods[M][1]> {
    try {
      return await this.#client.call(method, params, signal ? { signal } : {});
    } catch (error) {
      if (error instanceof Failure && error.code === "unavailable" && this.#client.status.state !== "connected") {
        throw new ToolError(notAvailable);
      }
      throw error;
    }
  }
}
