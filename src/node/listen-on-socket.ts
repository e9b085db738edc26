/**
 * Listens on a Unix socket that only we can open, in a folder that is ours: what lies there already was left by a process that is gone. On Windows on a
 * named pipe, which goes with its process.
 */
import { chmodSync, rmSync } from "node:fs";
import type { Server } from "node:net";

export async function listenOnSocket(server: Server, path: string): Promise<void> {
  const isFile = process.platform !== "win32";
  if (isFile) rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
  if (isFile) chmodSync(path, 0o600);
}
