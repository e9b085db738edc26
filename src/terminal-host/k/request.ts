/**
 * What a script of `k` or `km` sends: NUL-terminated fields (who and where it is, the number of arguments, the arguments), and behind them
 * whatever it read from standard input. NUL is the one byte that no argument can contain, so a shell needs no more than a printf.
 */
import { isUtf8 } from "node:buffer";
import { Failure } from "#shared/failure.ts";

export type KRequest = {
  /** Of the script's process, and of the one that called it. */
  pid: number;
  parentPid: number;
  /** Its working directory; may be empty. */
  cwd: string;
  /** `K_SESSION`, empty when unset. */
  session: string;
  /** `CELLAR_TERMINAL_ID`, empty outside of Cellar's terminals. */
  terminalId: string;
  /** Of a monitor that lost its host: the terminal it watched. */
  resumes: string;
  args: string[];
  input: Buffer;
};

const contextFields = 6;
/** More than any system passes to a process. */
const mostArguments = 1_000_000;

/** Throws `invalid_input`. Bytes of an argument that are not UTF-8 become half surrogates, as in Python, so that they can be told. */
export function readRequest(body: Buffer): KRequest {
  let at = 0;
  const field = (): Buffer => {
    const end = body.indexOf(0, at);
    if (end === -1) throw new Failure("invalid_input", "a request of k that is not understood");
    const bytes = body.subarray(at, end);
    at = end + 1;
    return bytes;
  };
  const [pid, parentPid, cwd, session, terminalId, resumes] = Array.from({ length: contextFields }, () =>
    text(field()),
  );
  const count = Number(text(field()));
  if (!Number.isInteger(count) || count < 0 || count > mostArguments) {
    throw new Failure("invalid_input", "a request of k that is not understood");
  }
  const args: string[] = [];
  while (args.length < count) args.push(text(field()));
  return {
    pid: Number(pid) || 0,
    parentPid: Number(parentPid) || 0,
    cwd: cwd!,
    session: session!,
    terminalId: terminalId!,
    resumes: resumes!,
    args,
    input: body.subarray(at),
  };
}

/** Bytes as text; those that are not UTF-8 are U+DC80 to U+DCFF. */
function text(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  let out = "";
  for (let at = 0; at < bytes.length; ) {
    let length = Math.min(4, bytes.length - at);
    while (length > 0 && !(isUtf8(bytes.subarray(at, at + length)) && isOneCharacter(bytes, at, length))) length--;
    out += length > 0 ? bytes.toString("utf8", at, at + length) : String.fromCharCode(0xdc00 + bytes[at]!);
    at += Math.max(length, 1);
  }
  return out;
}

function isOneCharacter(bytes: Buffer, at: number, length: number): boolean {
  const first = bytes[at]!;
  return length === (first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);
}
