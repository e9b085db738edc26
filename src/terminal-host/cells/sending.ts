/**
 * How code gets to a program unchanged. A line editor would take tabs for completion, run each line as it comes, and choke on control
 * characters; the kernel cuts long lines of a program that reads line by line. So: one bracketed paste where the program understands it,
 * a file that the shell reads where even that would change something, and careful typing everywhere else.
 */
import { execFile } from "node:child_process";
import { Failure } from "#shared/failure.ts";
import type { ShellIntegration } from "./cell-terminal.ts";
import { quoted } from "./shell-integration.ts";

export const enter = Buffer.from("\r");
export const ctrlC = Buffer.from("\x03");
const pasteStart = "\x1b[200~";
const pasteEnd = "\x1b[201~";

/** Longer code is slow to paste: editors redraw as they go (1 MB takes bash 6 s, and reading a file 10 ms). */
const longestShellPaste = 4096;
/** Typed input waits in a kernel buffer of 4096 bytes; blocks this long fit with their echo. */
const typedBlockBytes = 2048;
/** A line-buffering terminal drops what is behind this much of one line (MAX_CANON: 4096 on Linux, 1024 on macOS). */
const canonicalLineBytes = 1000;

const control = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

/** White space at the front is cut, as a first line's indentation would be an error to most interpreters (AT-5). */
export function submitted(code: string): string {
  const trimmed = code.replace(/^\s+/, "");
  if (trimmed.includes("\0")) throw new Failure("invalid_input", "code cannot contain NUL characters");
  return trimmed;
}

/** Whether an integrated shell can be given this as a paste, or must read it from a file. */
export function needsFile(code: string, shell: ShellIntegration["shell"], pasteOn: boolean): boolean {
  if (control.test(code) || code.length > longestShellPaste) return true;
  // An interactive zsh knows no remarks unless told to.
  if (shell === "zsh" && /(?:^|\s)#/.test(code)) return true;
  // fish turns tabs into blanks; PowerShell's editor knows no bracketed paste.
  if (shell === "fish" && code.includes("\t")) return true;
  return (!pasteOn || shell === "pwsh") && /[\n\t]/.test(code);
}

/** The line that makes a shell run the code in a file in its own context. The blank in front keeps it out of histories that honour that. */
export function runFile(path: string, shell: ShellIntegration["shell"]): string {
  if (shell === "fish") return ` source ${quoted(path)}`;
  if (shell === "pwsh") return ` . ([scriptblock]::Create([IO.File]::ReadAllText('${path.replaceAll("'", "''")}')))`;
  return ` . ${quoted(path)}`;
}

/** One paste and an Enter. */
export function pasted(code: string): Buffer {
  if (code.includes(pasteEnd)) {
    throw new Failure("invalid_input", "the code contains the sequence that ends a paste (ESC [201~)", {
      hint: "Write that character as an escape of the language.",
    });
  }
  return Buffer.concat([Buffer.from(pasteStart), Buffer.from(code), Buffer.from(pasteEnd), enter]);
}

/**
 * Code as typed lines, in blocks that the terminal can hold; each but the last is to be read before the next is sent. With
 * `canonical` the kernel hands over whole lines; with `quoteTabs` an editor would complete a word at a tab.
 */
export function typed(code: string, { canonical, quoteTabs }: { canonical: boolean; quoteTabs: boolean }): Buffer[] {
  const blocks: Buffer[] = [];
  let block: Buffer[] = [];
  let size = 0;
  for (const line of code.split("\n")) {
    const text = quoteTabs ? line.replaceAll("\t", "\x16\t") : line;
    const bytes = Buffer.concat([canonical ? typedLine(text) : Buffer.from(text), enter]);
    if (size > 0 && size + bytes.length > typedBlockBytes) {
      blocks.push(Buffer.concat(block));
      block = [];
      size = 0;
    }
    block.push(bytes);
    size += bytes.length;
  }
  blocks.push(Buffer.concat(block));
  return blocks;
}

const quoteNext = 0x16;
const endOfInput = 0x04;

/**
 * To a program that reads line by line, control characters are quoted (VLNEXT), and ^D in a long line hands over what is there
 * without ending it.
 */
function typedLine(line: string): Buffer {
  const bytes = Buffer.from(line);
  if (bytes.length <= canonicalLineBytes && !control.test(line)) return bytes;
  const out: number[] = [];
  let sinceFlush = 0;
  for (const byte of bytes) {
    const startsCharacter = (byte & 0xc0) !== 0x80;
    if (sinceFlush >= canonicalLineBytes && startsCharacter) {
      out.push(endOfInput);
      sinceFlush = 0;
    }
    if ((byte < 0x20 && byte !== 0x09) || byte === 0x7f) out.push(quoteNext);
    out.push(byte);
    sinceFlush++;
  }
  return Buffer.from(out);
}

export function needsLineMode(code: string): boolean {
  return control.test(code) || code.split("\n").some((line) => Buffer.byteLength(line) > canonicalLineBytes);
}

/** Whether the terminal's program reads line by line through the kernel (canonical mode) now; false where that cannot be told. */
export function readsLines(ttyPath: string | null): Promise<boolean> {
  if (ttyPath === null || process.platform === "win32") return Promise.resolve(false);
  const flag = process.platform === "linux" ? "-F" : "-f";
  return new Promise((resolve) => {
    execFile("stty", [flag, ttyPath, "-a"], { timeout: 2_000 }, (error, stdout) => {
      resolve(error === null && /(?:^|\s)icanon(?:[;\s]|$)/.test(stdout));
    });
  });
}
