/** Gives a running program its first prompt as a person would: wait until it is ready, paste, press Enter. */
import type { HostFrame } from "#shared/terminals/stream.ts";
import { Readiness, type Ready } from "./readiness.ts";
import type { LaunchTerminals } from "./terminals.ts";

/** After the paste the program draws what it got; Enter follows when that has been quiet for so long … */
const quietAfterPasteMs = 150;
/** … or so long after the text was seen, where there is an animation … */
const longestQuietWaitMs = 750;
/** … and is not pressed at all when the text was not drawn after so long. */
const patienceAfterPasteMs = 5_000;
/** As much of the prompt's beginning or end, without blanks, has to be seen. */
const telltaleLength = 10;

/**
 * Resolves to whether the prompt was given. False: the program ended, was not ready in time, or did not show what was pasted. Enter is
 * pressed only where the text is seen to have arrived: a question of the program ("Do you trust this folder?") must not be answered by it.
 */
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
    const drawn = seen(prompt, (listener) => {
      onOutput = listener;
    });
    await terminals.write(terminalId, pasted(prompt, ready));
    if (!(await drawn)) return false;
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

/** Whether the program draws the text, or says as many do that something was pasted; settles when it has been quiet after that. */
function seen(prompt: string, listen: (listener: (bytes: Uint8Array) => void) => void): Promise<boolean> {
  const wanted = telltales(prompt);
  const decoder = new TextDecoder();
  let drawn = "";
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    let longest: NodeJS.Timeout | undefined;
    const patience = setTimeout(() => finish(false), patienceAfterPasteMs);
    function finish(answer: boolean): void {
      for (const each of [timer, longest, patience]) clearTimeout(each);
      resolve(answer);
    }
    listen((bytes) => {
      // Only the last part matters of a program that draws without end.
      drawn = (drawn + decoder.decode(bytes, { stream: true })).slice(-200_000);
      if (longest === undefined && !shows(drawn, wanted)) return;
      longest ??= setTimeout(() => finish(true), longestQuietWaitMs);
      clearTimeout(timer);
      timer = setTimeout(() => finish(true), quietAfterPasteMs);
    });
  });
}

function shows(drawn: string, wanted: readonly string[]): boolean {
  const text = withoutEscapesAndBlanks(drawn);
  return wanted.some((part) => text.includes(part)) || /pasted(text|content)|\[paste/i.test(text);
}

/** The first and the last characters of the prompt: a field that scrolls shows one of them. */
function telltales(prompt: string): string[] {
  const characters = [...withoutEscapesAndBlanks(prompt)];
  return [characters.slice(0, telltaleLength), characters.slice(-telltaleLength)].map((part) => part.join(""));
}

function withoutEscapesAndBlanks(text: string): string {
  return text
    .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])/g, "")
    .replace(/[\s\p{Cc}]/gu, "");
}
