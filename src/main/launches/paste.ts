/** Gives a running program its first prompt as a person would: wait until it is ready, paste, press Enter. */
import type { HostFrame } from "#shared/terminals/stream.ts";
import { Readiness, type Ready } from "./readiness.ts";
import type { LaunchTerminals } from "./terminals.ts";

/** After the paste the program draws what it got; Enter follows when that has been quiet for so long … */
const quietAfterPasteMs = 150;
/** … or after so long at most. Enter in the same moment as the paste would be taken for a part of it. */
const patienceAfterPasteMs = 1_500;

/** Resolves to whether the prompt was given. False: the program ended, or was not ready in time; nothing was typed then. */
export async function pasteWhenReady(
  terminals: Pick<LaunchTerminals, "observe" | "write">,
  terminalId: string,
  prompt: string,
  signal: AbortSignal,
): Promise<boolean> {
  const readiness = new Readiness();
  let onOutput = (bytes: Uint8Array) => readiness.output(bytes);
  const stop = new AbortController();
  const observed = terminals.observe(
    terminalId,
    (frame: HostFrame) => {
      if (frame.type === "snapshot") onOutput(frame.screen);
      else if (frame.type === "data") onOutput(frame.bytes);
      else if (frame.type === "end") readiness.ended();
    },
    AbortSignal.any([signal, stop.signal]),
  );
  observed.then(
    () => readiness.ended(),
    () => readiness.ended(),
  );
  try {
    const ready = await readiness.settled;
    if (ready === "ended" || ready === "too late") return false;
    const drawn = quiet((restart) => {
      onOutput = restart;
    });
    await terminals.write(terminalId, pasted(prompt, ready));
    await drawn;
    await terminals.write(terminalId, "\r");
    return true;
  } finally {
    stop.abort();
    await observed.catch(() => {});
  }
}

/** The text as a terminal sends it. Control characters other than line break and tab are left out: one could end the paste early and type the rest. */
export function pasted(prompt: string, ready: Extract<Ready, "bracketed" | "plain">): string {
  const text = prompt
    .replace(/\r\n?/g, "\n")
    .replace(/\p{Cc}/gu, (control) => (control === "\n" || control === "\t" ? control : ""))
    .replace(/\n+$/, "");
  return ready === "bracketed" ? `\x1b[200~${text.replaceAll("\n", "\r")}\x1b[201~` : text.replaceAll("\n", "\r");
}

function quiet(listen: (restart: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const patience = setTimeout(finish, patienceAfterPasteMs);
    function finish(): void {
      clearTimeout(timer);
      clearTimeout(patience);
      resolve();
    }
    listen(() => {
      clearTimeout(timer);
      timer = setTimeout(finish, quietAfterPasteMs);
    });
  });
}
