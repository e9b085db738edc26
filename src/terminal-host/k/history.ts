/** `k history` and `k watch`, of sessions that live and of those that have ended. */
import type { Host } from "../server/host.ts";
import type { Terminal } from "../terminals/terminal.ts";
import { type KAnswer, type KStream, Refusal } from "./answer.ts";
import { dim, LiveLines, shownLine } from "./view.ts";

const linesOfScreen = 5;
/** Screens of what an ended session had put out last, for who wants to watch it. */
const lastScreens = 5;

/** `screens` 0: everything. */
export async function history(host: Host, terminal: Terminal, screens: number): Promise<KAnswer> {
  const lines = await lastLines(host, terminal, screens);
  return { text: lines.map((line) => `${line}\n`).join(""), exitCode: 0 };
}

async function lastLines(host: Host, terminal: Terminal, screens: number): Promise<string[]> {
  const wanted = screens === 0 ? Number.POSITIVE_INFINITY : screens * linesOfScreen;
  const view = ({ offset, bytes }: { offset: number; bytes: Buffer }) =>
    host.cells
      .history(terminal.id, offset, bytes)
      .map(shownLine)
      .filter((line) => line !== null);
  const recent = terminal.recentOutput();
  // What is in memory is mostly enough, and the first line of a part may be cut.
  if (recent !== null) {
    const lines = view(recent);
    if (recent.offset === 0 || lines.length > wanted) return lines.slice(-wanted);
  }
  const logged = await terminal.loggedOutput();
  if (logged === null) throw new Refusal("ERR no log");
  return view(logged).slice(-wanted);
}

export async function watch(host: Host, terminal: Terminal, label: string, stream: KStream): Promise<void> {
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
  const unfollow = terminal.live?.output.follow({
    outputArrived: (chunk) => lines.write(chunk),
    outputEnded() {},
    holdsBack: () => false,
  });
  const stop = host.cells.onEvent((event) => {
    if ("cell" in event ? event.cell.terminalId !== terminal.id : event.terminalId !== terminal.id) return;
    if (event.type === "closed") {
      lines.finish();
      stream.line(dim("closed"));
      stream.end(0);
    } else lines.event(event);
  });
  stream.over.addEventListener("abort", () => {
    unfollow?.();
    stop();
  });
}
