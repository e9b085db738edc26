/**
 * A terminal's full output on disk: `<id>.log`, and `<id>.log.1` with what came before it once the first half of the size cap is
 * full. Written in the background; the program is held back only when the disk is a long way behind.
 */
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import type { Follower, Output } from "./output.ts";

/** Gathers what a program writes in small pieces, and bounds what is lost if the host is killed, in ms. */
const flushAfterMs = 100;
const flushBytes = 256 * 1024;
/** Half of the ring: what is behind this far may not be overwritten before it is on disk. */
const behindLimit = 512 * 1024;

export const defaultLogMegabytes = 64;

export function logPaths(folder: string, id: string): { current: string; older: string } {
  const current = `${folder}/${id}.log`;
  return { current, older: `${current}.1` };
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

export async function removeLog(folder: string, id: string): Promise<void> {
  const { current, older } = logPaths(folder, id);
  await Promise.all([rm(current, { force: true }), rm(older, { force: true })]);
}

export class OutputLog implements Follower {
  /** Cap of both files together, in bytes; may change while running. */
  limit: number;
  readonly #paths: { current: string; older: string };
  readonly #output: Output;
  readonly #unfollow: () => void;
  #file: FileHandle | null = null;
  #fileBytes = 0;
  /** Offset up to which the output is on disk, or was given up. */
  #written: number;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  /** The disk is full or gone: that is said once, and the terminal goes on without a log. */
  #broken = false;

  constructor(folder: string, id: string, output: Output, limit: number) {
    this.#paths = logPaths(folder, id);
    this.#output = output;
    this.#written = output.bytes;
    this.limit = limit;
    this.#unfollow = output.follow(this);
  }

  get written(): number {
    return this.#written;
  }

  outputArrived(): void {
    if (this.#broken) return;
    if (this.#output.bytes - this.#written >= flushBytes) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), flushAfterMs);
  }

  outputEnded(): void {}

  holdsBack(): boolean {
    if (this.#broken) return false;
    const behind = this.#output.bytes - this.#written;
    return behind > (this.#output.held ? behindLimit / 2 : behindLimit);
  }

  /** Resolves when everything put out before the call is on disk (as far as the system's cache). */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  /** After the last output: writes what is left and closes the file. */
  async finish(): Promise<void> {
    await this.flush();
    this.#unfollow();
    await this.#file?.close();
    this.#file = null;
  }

  async #write(): Promise<void> {
    try {
      while (this.#written < this.#output.bytes) {
        await this.#makeRoom();
        const room = Math.max(this.limit / 2 - this.#fileBytes, 1);
        // Straight from the ring: the program is held back long before it could overwrite what is being written.
        const from = Math.max(this.#written, this.#output.ring.start);
        const to = Math.min(this.#output.bytes, from + room, from + flushBytes);
        for (const view of this.#output.ring.views(from, to)) await writeAll(this.#file!, view);
        this.#written = to;
        this.#fileBytes += to - from;
        this.#output.settle();
      }
    } catch (error) {
      this.#broken = true;
      console.error(`the log ${this.#paths.current} cannot be written:`, error);
      this.#output.settle();
    }
  }

  async #makeRoom(): Promise<void> {
    if (this.#file && this.#fileBytes >= this.limit / 2) {
      await this.#file.close();
      this.#file = null;
      await rename(this.#paths.current, this.#paths.older);
    }
    if (!this.#file) {
      this.#file = await open(this.#paths.current, "w", 0o600);
      this.#fileBytes = 0;
    }
  }
}
