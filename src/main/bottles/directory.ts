/** The end of a bottle's directory, in which the sockets of its services are: main listens there until they are closed. */
import { rm } from "node:fs/promises";
import { letGoOfSockets } from "#node/listen-on-socket.ts";

export async function removeBottleDirectory(directory: string): Promise<void> {
  letGoOfSockets(directory);
  await rm(directory, { recursive: true, force: true });
}
