/** Listens on a Unix socket that only we can open, in a folder that is ours: what lies there already was left by a process that is gone. */
import { chmodSync, rmSync } from "node:fs";
import type { Server } from "node:net";

export async function listenOnSocket(server: Server, path: string): Promise<void> {
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
  chmodSync(path, 0o600);
}
