/** What an operating system command (OSC) of a program tells the host; all others are none of its business. */
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";

export type Notice =
  | { type: "title"; title: string }
  | { type: "cwd"; path: string }
  /** So many in a row. */
  | { type: "bell"; count: number }
  | { type: "notification"; title: string; body: string }
  /** OSC 133, 633: a prompt begins (A), what was typed is run (C), it has ended (D). */
  | { type: "mark"; mark: "A" | "C" }
  | { type: "mark"; mark: "D"; exitCode: number | null }
  /** OSC 9;4, ConEmu's progress. */
  | { type: "progress"; progress: "none" | "normal" | "error" | "paused" };

const titleLimit = 200;
const notificationLimit = 1000;
/** kitty sends a notification in parts; so many unfinished ones are kept. */
const unfinishedLimit = 16;

type Parts = { title: string; body: string };

export class OscReader {
  readonly #unfinished = new Map<string, Parts>();

  /** `text`: what stands between `ESC ]` and its terminator. */
  read(text: string): Notice | null {
    const semicolon = text.indexOf(";");
    const code = semicolon < 0 ? text : text.slice(0, semicolon);
    const rest = semicolon < 0 ? "" : text.slice(semicolon + 1);
    switch (code) {
      case "0":
      case "2":
        return { type: "title", title: clean(rest, titleLimit) };
      case "7":
        return cwd(pathOfUrl(rest));
      case "9":
        return this.#nine(rest);
      case "99":
        return this.#kitty(rest);
      case "777": {
        const [verb, title = "", ...body] = rest.split(";");
        return verb === "notify" ? notification(title, body.join(";")) : null;
      }
      case "133":
        return mark(rest);
      case "633":
        // A semicolon of the path itself is written \x3b; what follows a plain one is something else, as the mark of our shell integration.
        return rest.startsWith("P;Cwd=") ? cwd(unescape633(rest.slice("P;Cwd=".length).split(";", 1)[0]!)) : mark(rest);
      default:
        return null;
    }
  }

  /** iTerm2's notification; ConEmu's commands use the same number with a number of their own: 4 is progress, 9 the directory. */
  #nine(rest: string): Notice | null {
    const conEmu = /^(\d{1,2})(?:;|$)/.exec(rest);
    if (!conEmu) return notification("", rest);
    if (conEmu[1] === "4") return progress(rest.slice(2));
    return conEmu[1] === "9" ? cwd(rest.slice(2).replace(/^"(.*)"$/, "$1")) : null;
  }

  /** `metadata;payload`: https://sw.kovidgoyal.net/kitty/desktop-notifications/ */
  #kitty(rest: string): Notice | null {
    const semicolon = rest.indexOf(";");
    const metadata = new Map(
      (semicolon < 0 ? rest : rest.slice(0, semicolon)).split(":").map((pair) => {
        const equals = pair.indexOf("=");
        return [pair.slice(0, equals), pair.slice(equals + 1)] as const;
      }),
    );
    const part = metadata.get("p") ?? "title";
    if (part !== "title" && part !== "body") return null;
    const raw = semicolon < 0 ? "" : rest.slice(semicolon + 1);
    const payload = metadata.get("e") === "1" ? Buffer.from(raw, "base64").toString("utf8") : raw;
    const id = metadata.get("i") ?? "";
    const parts = this.#unfinished.get(id) ?? { title: "", body: "" };
    parts[part] = (parts[part] + payload).slice(0, notificationLimit);
    this.#unfinished.delete(id);
    if (metadata.get("d") === "0") {
      this.#unfinished.set(id, parts);
      if (this.#unfinished.size > unfinishedLimit) this.#unfinished.delete(this.#unfinished.keys().next().value!);
      return null;
    }
    return parts.body === "" ? notification("", parts.title) : notification(parts.title, parts.body);
  }
}

function notification(title: string, body: string): Notice | null {
  const cleaned = { title: clean(title, notificationLimit), body: clean(body, notificationLimit) };
  return cleaned.title === "" && cleaned.body === "" ? null : { type: "notification", ...cleaned };
}

function mark(rest: string): Notice | null {
  const [, letter, code] = /^([ACD])(?:;(-?\d{1,10}))?(?:;|$)/.exec(rest) ?? [];
  if (letter === "D") return { type: "mark", mark: letter, exitCode: code === undefined ? null : Number(code) };
  return letter === "A" || letter === "C" ? { type: "mark", mark: letter } : null;
}

/** `state` or `state;percent`; indeterminate (3) is progress like any other. */
const progresses = { "0": "none", "1": "normal", "2": "error", "3": "normal", "4": "paused" } as const;

function progress(rest: string): Notice | null {
  const state = rest.split(";", 1)[0]!;
  return Object.hasOwn(progresses, state)
    ? { type: "progress", progress: progresses[state as keyof typeof progresses] }
    : null;
}

function cwd(path: string | null): Notice | null {
  const absolute = path !== null && (path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path));
  return absolute && path.length <= 4096 && !path.includes("\0") ? { type: "cwd", path } : null;
}

/** A directory on another computer (ssh) is none of ours. */
function pathOfUrl(text: string): string | null {
  const match = /^(?:file|kitty-shell-cwd):\/\/([^/]*)(\/.*)$/.exec(text);
  if (!match) return null;
  const [, host, path] = match as unknown as [string, string, string];
  if (host !== "" && host !== "localhost" && host.toLowerCase() !== hostname().toLowerCase()) return null;
  // kitty's own form is not percent-encoded.
  if (text.startsWith("kitty")) return path;
  try {
    return fileURLToPath(`file://${path}`);
  } catch {
    return null;
  }
}

/** VS Code's escapes: `\\` and `\xAB`. */
function unescape633(text: string): string {
  return text.replace(/\\(?:\\|x([0-9a-fA-F]{2}))/g, (_, hex?: string) =>
    hex === undefined ? "\\" : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function clean(text: string, limit: number): string {
  const without = text.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ").trim();
  return Array.from(without).slice(0, limit).join("");
}
