/** `k history` and `k watch`, of sessions that live and of those that have ended. */
import { setImmediate } from "node:timers/promises";
import type { HostServices } from "../server/services.ts";
import type { OutputPart, Terminal } from "../terminals/terminal.ts";
import { type KAnswer, type KStream, Refusal } from "./answer.ts";
import { dim, LiveLines, shownLine } from "./view.ts";

const linesOfScreen = 5;
/** Read in one go; takes a few milliseconds. */
const pieceBytes = 64 * 1024;
/** Of a line without an end, in bytes. */
const longestPrompt = 8192;
/** Screens of what an ended session had put out last, for who wants to watch it. */
const lastScreens = 5;

/** `screens` 0: everything. */
export async function history(host: HostServices, terminal: Terminal, screens: number): Promise<KAnswer> {
  const lines = await lastLines(host, terminal, screens);
  return { text: lines.map((line) => `${line}\n`).join(""), exitCode: 0 };
}

async function lastLines(host: HostServices, terminal: Terminal, screens: number): Promise<string[]> {
  const wanted = screens === 0 ? Number.POSITIVE_INFINITY : screens * linesOfScreen;
  const recent = terminal.recentOutput();
  // What is in memory is mostly enough; its first line may be cut.
  if (recent !== null) {
    const lines = await endOf(host, terminal.id, recent, wanted);
    if (recent.offset === 0 || lines.length > wanted) return lines.slice(-wanted);
  }
  const logged = await terminal.loggedOutput();
  if (logged === null) throw new Refusal("ERR no log");
  return (await endOf(host, terminal.id, logged, wanted)).slice(-wanted);
}

/** From the end backwards, until there are more lines than wanted; other terminals have their turn in between. */
async function endOf(
  host: HostServices,
  terminalId: string,
  { offset, bytes }: OutputPart,
  wanted: number,
): Promise<string[]> {
  const pieces: string[][] = [];
  let count = 0;
  for (let end = bytes.length; end > 0 && count <= wanted; ) {
    const start = startOfPiece(bytes, end);
    const lines = host.cells.history(terminalId, offset + start, bytes.subarray(start, end)).map(shownLine);
    const piece = lines.filter((line) => line !== null);
    // Neighbours that are equal are shown once, also across pieces.
    if (piece.length > 0 && piece.at(-1)?.trim() === pieces.at(-1)?.[0]?.trim()) piece.pop();
    if (piece.length > 0) pieces.push(piece);
    count += piece.length;
    end = start;
    await setImmediate();
  }
  return pieces.reverse().flat();
}

function lastLineOf(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.lastIndexOf("\n") + 1);
}

/** Behind a line feed where there is one. */
function startOfPiece(bytes: Buffer, end: number): number {
  const about = end - pieceBytes;
  if (about <= 0) return 0;
  const feed = bytes.indexOf("\n", about);
  return feed === -1 || feed + 1 >= end ? about : feed + 1;
}

export async function watch(host: HostServices, terminal: Terminal, label: string, stream: KStream): Promise<void> {
  stream.line(dim(`watching ${label} (ctrl-c to stop)`));
  stream.line("");
  if (!terminal.alive) {
    for (const line of await lastLines(host, terminal, lastScreens)) stream.line(line);
    stream.line(dim("closed"));
    stream.end(0);
    return;
  }
  let skipped = 0;
  const lines = new LiveLines((line) => {
    if (stream.flows) stream.line(line);
    else skipped++;
  });
  stream.onDrain(() => {
    if (skipped > 0) stream.line(dim(`… ${skipped} lines not shown …`));
    skipped = 0;
  });
  const output = terminal.live?.output;
  // The line in which the cursor stands, mostly a prompt: what is typed behind it moves within it.
  if (output) lines.write(lastLineOf(output.tail(longestPrompt)));
  const unfollow = output?.follow({
    outputArrived: (chunk) => lines.write(chunk),
    outputEnded() {},
    holdsBack: () => false,
  });
  // An event comes out of a piece of output before that piece is here.
  const stop = host.cells.onEvent((event) => {
    if ("cell" in event ? event.cell.terminalId !== terminal.id : event.terminalId !== terminal.id) return;
    if (event.type === "closed") {
      lines.finish();
      stream.line(dim("closed"));
      stream.end(0);
    } else queueMicrotask(() => lines.event(event));
  });
  stream.over.addEventListener("abort", () => {
    unfollow?.();
    stop();
  });
}
