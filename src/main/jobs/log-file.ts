/** The log of one job: lines with their time, in a file that only grows up to a limit. */
import { createWriteStream, type WriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";

const largestLog = 16 * 1024 * 1024;
/** What `tail` reads at most. */
const tailBytes = 2 * 1024 * 1024;

export class LogFile {
  readonly #stream: WriteStream;
  #size = 0;

  constructor(path: string) {
    this.#stream = createWriteStream(path, { flags: "a", mode: 0o600 });
    // A full disk must not end the job through its log.
    this.#stream.on("error", () => {});
  }

  write(line: string): void {
    if (this.#size > largestLog) return;
    const text = `${new Date().toISOString()} ${line}\n`;
    this.#size += text.length;
    this.#stream.write(this.#size > largestLog ? "… the log is full, later lines are left out\n" : text);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(resolve).once("error", () => resolve()));
  }
}

/** The last `lines` lines; empty when there is no log. */
export async function tail(path: string, lines: number): Promise<string> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, "r");
  } catch {
    return "";
  }
  try {
    const { size } = await file.stat();
    const length = Math.min(size, tailBytes);
    const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: size - length });
    return `${buffer.toString("utf8").replace(/\n$/, "").split("\n").slice(-lines).join("\n")}\n`.replace(/^\n$/, "");
  } finally {
    await file.close();
  }
}

export async function removeLog(path: string): Promise<void> {
  await rm(path, { force: true });
}
