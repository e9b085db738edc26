/** Where a listener listens: a Unix socket that only we can open, or loopback. Never another interface. */
import { unlink } from "node:fs/promises";
import { connect } from "node:net";
import { z } from "zod";
import { Failure } from "#shared/failure.ts";

export const listenSchema = z.union([
  z.strictObject({ socketPath: z.string().min(1) }),
  /** 0 takes any free port. */
  z.strictObject({ loopback: z.int().min(0).max(65535) }),
]);
export type ListenOn = z.infer<typeof listenSchema>;

export type ListenAddress = { socketPath: string } | { host: string; port: number };

/** A socket file whose process is gone is removed; one that answers belongs to somebody. */
export async function removeStaleSocket(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const state = await new Promise<"answers" | "stale" | "absent">((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve("answers");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED" ? "stale" : "absent"));
  });
  if (state === "answers")
    throw new Failure("conflict", `The broker cannot listen: ${path} is taken by another program`);
  if (state === "stale") await unlink(path);
}
