/** The contract as a client, over the socket of a home: for the command line, and for a second start that finds the first. */
import { createConnection } from "node:net";
import { ORPCError } from "@orpc/client";
import { RPCLink } from "@orpc/client/websocket";
import { WebSocket } from "ws";
import { largestMessageBytes, rpcPath, rpcProtocol, subprotocols } from "#shared/connection.ts";
import type { ErrorDetail } from "#shared/contract/base.ts";
import { errorCodes } from "#shared/contract/error-codes.ts";
import { Failure } from "#shared/failure.ts";

export type ContractConnection = {
  /** Calls a procedure by its path; a stream is an async iterator. */
  call(path: readonly string[], input: unknown, signal?: AbortSignal): Promise<unknown>;
  /** What a call threw, as a failure of the closed set. */
  problemOf(thrown: unknown): Failure;
  close(): void;
};

/** Null when nobody listens there. */
export async function contractClient(socketPath: string): Promise<ContractConnection | null> {
  const socket = new WebSocket(`ws://localhost${rpcPath}`, subprotocols(rpcProtocol, null), {
    createConnection: () => createConnection(socketPath),
    maxPayload: 4 * largestMessageBytes,
    handshakeTimeout: 5_000,
    perMessageDeflate: false,
  });
  const opened = await new Promise<boolean>((resolve) => {
    socket.once("open", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  if (!opened) return null;
  socket.on("error", () => socket.terminate());
  // The link uses only what the browser's WebSocket and this one share.
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
  return {
    call: (path, input, signal) => link.call(path, input, { context: {}, ...(signal === undefined ? {} : { signal }) }),
    problemOf: (thrown) => failureOf(thrown, socket.readyState === socket.OPEN),
    close: () => socket.close(),
  };
}

function failureOf(thrown: unknown, connected: boolean): Failure {
  if (thrown instanceof Failure) return thrown;
  if (thrown instanceof ORPCError) {
    const code = errorCodes.find((known) => known === thrown.code);
    if (code !== undefined) return new Failure(code, thrown.message, (thrown.data ?? {}) as ErrorDetail);
  }
  if (!connected) return new Failure("unavailable", "the connection to Cellar has ended");
  return new Failure("internal", thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
}
