/** Reads what a person typed or dropped: a folder's path, a `file:` URL, or a git URL. Looks at nothing but the text. */
import { isAbsolute, join, normalize, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "#shared/failure.ts";

export type Credentials = { username: string; password: string };

export type Source =
  /** `fileUrl`: it was dropped as a URL, and a bare repository there is meant to be cloned. */
  | { kind: "folder"; path: string; fileUrl: boolean }
  /** `location` is free of credentials: it is what is stored, shown and given to git. */
  | { kind: "url"; location: string; credentials: Credentials | null; encrypted: boolean };

const hint =
  "Give a folder's path, or a git URL such as https://example.org/team/repo.git or git@example.org:team/repo.git.";

/** Throws `invalid_input` with what is wrong. `home` replaces a leading `~`. */
export function parseSource(given: string, home: string): Source {
  const text = given.trim();
  if (text === "") throw new Failure("invalid_input", "Nothing was given", { hint });
  if (text.includes("\0")) throw new Failure("invalid_input", "A path cannot contain NUL");
  if (/[\r\n]/.test(text)) {
    throw new Failure("invalid_input", "Several lines were given; a workspace is made of one folder", {
      hint: "Make one workspace for each folder.",
    });
  }
  if (text === "~" || text.startsWith("~/") || text.startsWith("~\\")) return folder(join(home, text.slice(1)));
  if (isAbsolute(text)) return folder(text);
  if (/^file:/i.test(text)) return fileUrl(text);
  return gitUrl(text);
}

function folder(path: string, fileUrl = false): Source {
  const clean = normalize(path);
  return { kind: "folder", path: clean === parse(clean).root ? clean : clean.replace(/[\\/]+$/, ""), fileUrl };
}

function fileUrl(text: string): Source {
  let url: URL;
  try {
    url = new URL(text);
    // File managers name this computer in the URL; anything else is somebody else's.
    if (url.hostname !== "" && url.hostname !== "localhost")
      throw new Error(`it names another computer, ${url.hostname}`);
    url.hostname = "";
    const path = fileURLToPath(url);
    if (path.includes("\0")) throw new Error("a path cannot contain NUL");
    return folder(path, true);
  } catch (error) {
    throw new Failure("invalid_input", `${text} is not the URL of a folder here: ${(error as Error).message}`);
  }
}

function gitUrl(text: string): Source {
  if (/^[a-z][a-z0-9+.-]*::/i.test(text)) {
    throw new Failure(
      "invalid_input",
      `${text.split("::")[0]}:: addresses are refused: they run programs on this computer`,
    );
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined) return schemeUrl(text, scheme);
  const scp = /^(?:([\w.-]+)@)?([\w.-]+|\[[0-9a-f:.]+\]):(?!\/\/)([^\s]+)$/i.exec(text);
  if (scp !== null && !/^[A-Za-z]$/.test(scp[2] ?? "") && !startsLikeOption(scp[1], scp[2], scp[3])) {
    return { kind: "url", location: text, credentials: null, encrypted: true };
  }
  throw new Failure("invalid_input", `'${withoutPassword(text).slice(0, 200)}' is neither a full path nor a git URL`, {
    hint,
  });
}

function schemeUrl(text: string, scheme: string): Source {
  if (!["https", "http", "ssh"].includes(scheme)) {
    throw new Failure("invalid_input", `${scheme}: URLs are not supported`, { hint });
  }
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // Not repeated in the message: what cannot be parsed may hold a password.
    throw new Failure("invalid_input", `This ${scheme}: URL is malformed`, { hint });
  }
  const path = decoded(url.pathname);
  if (url.hostname === "" || path === "" || path === "/") {
    throw new Failure("invalid_input", `This ${scheme}: URL names no repository`, { hint });
  }
  const username = decoded(url.username);
  const password = decoded(url.password);
  if (startsLikeOption(username, url.hostname, path.slice(1)) || /[\r\n\0]/.test(username + password + path)) {
    throw new Failure("invalid_input", `This ${scheme}: URL is malformed`, { hint });
  }
  url.password = "";
  // The user of an ssh URL is part of the address; the one of an https URL is a credential, often the token itself.
  if (scheme !== "ssh") url.username = "";
  url.hash = "";
  const credentials = scheme !== "ssh" && username + password !== "" ? { username, password } : null;
  if (scheme === "ssh" && password !== "") {
    throw new Failure("invalid_input", "ssh takes no password from a URL", {
      hint: "Use a key, through your ssh agent or ~/.ssh/config.",
    });
  }
  return { kind: "url", location: url.href, credentials, encrypted: scheme !== "http" };
}

/** What looks like `user:password@` is not repeated: messages end up in logs. */
function withoutPassword(text: string): string {
  return text.replace(/:[^\s:@]*@/g, ":…@");
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Whether a part could be taken for an option by git or ssh. */
function startsLikeOption(...parts: (string | undefined)[]): boolean {
  return parts.some((part) => part?.startsWith("-"));
}
