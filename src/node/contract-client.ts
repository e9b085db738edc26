/** The contract as a client, over the socket of a home: for the command line, and for a second start that finds the first. */
import { createConnection } from "node:net";
import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/websocket";
import type { ContractRouterClient } from "@orpc/contract";
import { WebSocket } from "ws";
import { largestMessageBytes, rpcPath, rpcProtocol, subprotocols } from "#shared/connection.ts";
import type { Contract } from "#shared/contract/index.ts";

export type ContractClient = ContractRouterClient<Contract>;

export type ContractConnection = {
  readonly client: ContractClient;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly ended: Promise<void>;
  close(): void;
};

/** Null when nobody listens there. */
export async function contractClient(socketPath: string): Promise<ContractConnection | null> {
  const socket = new WebSocket(`ws://localhost${rpcPath}`, subprotocols(rpcProtocol, null), {
    createConnection: () => createConnection(socketPath),
    maxPayload: 4 * largestMessageBytes,
    handshakeTimeout: 5_000,
  });
  const opened = await new Promise<boolean>((resolve) => {
    socket.once("open", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  if (!opened) return null;
  socket.on("error", () => socket.terminate());
  return {
    // The browser's WebSocket and ws's share what the link uses of them.
    client: createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })),
    ended: new Promise((resolve) => socket.once("close", () => resolve())),
    close: () => socket.close(),
  };
}
