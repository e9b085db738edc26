/**
 * The contract over anything that carries messages both ways. A transport makes an {@link RpcSession} per connection and hands it every
 * message; everything that all transports must refuse in the same way is refused here.
 */
import { mapEventIterator } from "@orpc/client";
import { StandardRPCHandler } from "@orpc/server/standard";
import { createServerPeerHandleRequestFn } from "@orpc/server/standard-peer";
import { type EncodedMessage, ServerPeer } from "@orpc/standard-server-peer";
import type { Log } from "#node/log.ts";
import { within } from "#node/within.ts";
import { largestMessageBytes } from "#shared/connection.ts";
import { defaultInputBytes, type ProcedureMeta } from "#shared/contract/base.ts";
import { Failure } from "#shared/failure.ts";
import type { CallContext, Connection } from "./context.ts";
import { wireError } from "./errors.ts";
import type { Router } from "./router.ts";

/** Calls and streams one connection may have open. A window has some twenty; more than this is a program out of control. */
const openCalls = 512;

/** A call's context with what only the transport needs to know of it. */
type RpcContext = CallContext & { messageBytes: number; openCalls: number };

export type RpcSession = {
  /** Handles one message. Rejects when it is not a message of the protocol at all; the transport ends the connection then. */
  message(data: EncodedMessage): Promise<void>;
};

/** A sent message; a promise holds the next event of the same stream back, which is how a slow client slows its live lists. */
export type SendMessage = (data: EncodedMessage) => void | Promise<void>;

export class RpcServer {
  readonly #handler: StandardRPCHandler<RpcContext>;
  readonly #log: Log;
  /** Calls that have not returned; a stream has as soon as it is there. */
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(router: Router, log: Log, logPath: string) {
    this.#log = log;
    const asWireError = (thrown: unknown, path: readonly string[]) => wireError(thrown, path.join("."), log, logPath);
    this.#handler = new StandardRPCHandler<RpcContext>(router, {
      interceptors: [
        async ({ next, request }) => {
          const path = pathOf(request.url);
          const result = await next().catch((thrown: unknown) => {
            // What a procedure throws has become a wire error below; the rest is a body that could not be read.
            throw asWireError(isWireError(thrown) ? thrown : unreadable(path, thrown), path);
          });
          if (result.matched) return result;
          throw asWireError(new Failure("not_found", `there is no procedure ${path.join(".").slice(0, 200)}`), path);
        },
      ],
      clientInterceptors: [
        async ({ next, path, procedure, context }) => {
          try {
            checkBudgets(context, procedure["~orpc"].meta, path);
            const output: unknown = await this.#noted(next());
            return isAsyncIterator(output)
              ? mapEventIterator(output, {
                  value: async (value) => value,
                  error: async (thrown) => asWireError(thrown, path),
                })
              : output;
          } catch (thrown) {
            throw asWireError(thrown, path);
          }
        },
      ],
    });
  }

  /** Resolves when no call is under way any more, or after `patienceMs`. */
  async settled(patienceMs: number): Promise<void> {
    const all = async () => {
      while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    };
    await within(patienceMs, all());
  }

  async #noted<Output>(call: Promise<Output>): Promise<Output> {
    this.#underWay.add(call);
    try {
      return await call;
    } finally {
      this.#underWay.delete(call);
    }
  }

  /** Everything that still runs for a connection is aborted when it is closed. */
  open(connection: Connection, send: SendMessage): RpcSession {
    const peer = new ServerPeer(send);
    connection.closed.addEventListener("abort", () => peer.close(), { once: true });
    return {
      message: async (data) => {
        let understood = false;
        const messageBytes = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
        if (messageBytes > largestMessageBytes) throw new Failure("too_large", "a message was larger than 8 MiB");
        try {
          await peer.message(data, (request) => {
            understood = true;
            const context: RpcContext = { connection, messageBytes, openCalls: peer.length };
            return createServerPeerHandleRequestFn(this.#handler, { context })(request);
          });
        } catch (thrown) {
          if (!understood) throw new Failure("invalid_input", "a message was not understood", { cause: thrown });
          // The call was answered as far as that was possible: the client is gone, or its stream ended with the error.
          if (!connection.closed.aborted)
            this.#log.debug({ err: thrown }, "a call ended without its answer being sent");
        }
      },
    };
  }
}

function checkBudgets(context: RpcContext, meta: ProcedureMeta, path: readonly string[]): void {
  const budget = meta.inputBytes ?? defaultInputBytes;
  if (context.messageBytes > budget) {
    throw new Failure(
      "too_large",
      `${path.join(".")} takes at most ${budget} bytes, this were ${context.messageBytes}`,
    );
  }
  if (context.openCalls > openCalls) {
    throw new Failure("unavailable", `this connection has ${openCalls} calls open already`, {
      hint: "Wait for some to end, or end streams that are no longer read.",
    });
  }
}

function unreadable(path: readonly string[], cause: unknown): Failure {
  return new Failure("invalid_input", `${path.join(".").slice(0, 200)}: the input could not be read`, { cause });
}

function isWireError(thrown: unknown): boolean {
  return thrown instanceof Error && "defined" in thrown && thrown.defined === true;
}

function pathOf(url: URL): string[] {
  return url.pathname.split("/").filter(Boolean).map(decodePart);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function isAsyncIterator(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && "next" in value;
}
