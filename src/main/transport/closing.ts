/** The end of a server of the contract. */
import type { Server } from "node:http";
import type { WebSocketServer } from "ws";

/** A client that does not answer a polite end within this is cut off, in ms. */
const patienceMs = 500;

/** Says goodbye to every client, and resolves when nobody is connected any more. */
export async function closeServer(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const client of sockets.clients) client.close(1001, "Cellar ends");
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  const stubborn = setTimeout(() => {
    for (const client of sockets.clients) client.terminate();
  }, patienceMs);
  await closed;
  clearTimeout(stubborn);
}
