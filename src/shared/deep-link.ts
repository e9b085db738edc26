/**
 * `cellar://` links. Anyone can send one: a page, a mail, a program. So the grammar is closed, and a link never does anything: it shows what is
 * there already, or offers a source for a new workspace, which nobody looks at before the person has said so.
 *
 *     cellar://workspace/ws-1a2b3c4d
 *     cellar://terminal/term-1a2b3c4d
 *     cellar://open?path=/home/me/project
 *     cellar://open?repository=https://example.org/team/project.git
 */
import { terminalId, workspaceId } from "./contract/base.ts";

export const linkScheme = "cellar";

export type DeepLink =
  | { type: "workspace"; workspaceId: string }
  | { type: "terminal"; terminalId: string }
  /** A folder of this computer or the address of a repository. */
  | { type: "source"; source: string };

/** `problem`: why the link is refused, as a sentence. */
export type ReadLink = { link: DeepLink } | { problem: string };

const mostCharacters = 2048;

/** Characters that are not seen, or that make others look like something else: controls, line ends, and those that turn the direction of text. */
const deceptive = /[\p{C}\p{Zl}\p{Zp}]/u;

export function isDeepLink(text: string): boolean {
  return /^cellar:/i.test(text);
}

export function readDeepLink(text: string): ReadLink {
  if (text.length > mostCharacters) return refused("is too long");
  const url = URL.parse(text);
  if (url === null || url.protocol !== `${linkScheme}:` || !/^cellar:\/\//i.test(text))
    return refused("is not one of Cellar's");
  if (deceptive.test(text)) return refused("has characters that nobody can see");
  if (url.username !== "" || url.password !== "" || url.port !== "" || url.hash !== "") {
    return refused("has parts that Cellar's links do not have");
  }
  // Some systems put a slash behind the host or the path.
  const path = url.pathname.replace(/\/$/, "");
  if (url.host === "open" && path === "") return source(url.searchParams);
  if (url.search !== "") return refused("has parts that Cellar's links do not have");
  const id = path.slice(1);
  if (url.host === "workspace" && workspaceId.safeParse(id).success)
    return { link: { type: "workspace", workspaceId: id } };
  if (url.host === "terminal" && terminalId.safeParse(id).success)
    return { link: { type: "terminal", terminalId: id } };
  return refused("asks for nothing that Cellar knows");
}

function source(parameters: URLSearchParams): ReadLink {
  const [given, ...more] = [...parameters];
  if (given === undefined || more.length > 0) return refused("has to name one folder or one repository");
  const [name, value] = given;
  if (deceptive.test(value)) return refused("has characters that nobody can see");
  if (name === "path")
    return isPlainPath(value)
      ? { link: { type: "source", source: value } }
      : refused("names no folder of this computer");
  if (name !== "repository") return refused("asks for nothing that Cellar knows");
  return isRepository(value)
    ? { link: { type: "source", source: value } }
    : refused("names no repository that can be cloned");
}

/** Absolute, here, and what it looks like: no other computer's share, and no way back up. */
function isPlainPath(path: string): boolean {
  const parts = path.split(/[\\/]/);
  if (parts.includes("..") || parts.includes(".")) return false;
  return /^\/(?![\\/])/.test(path) || /^[A-Za-z]:[\\/](?![\\/])/.test(path);
}

/** By https or ssh, without a name and password in it: no transport of git that runs a program, and no file. */
function isRepository(address: string): boolean {
  if (/^[a-z][\w-]*@[a-z0-9][a-z0-9.-]*:[\w~][\w./~-]*$/i.test(address)) return true;
  const url = URL.parse(address);
  if (url === null || !/^(?:https|ssh):\/\/[^\s\\]+$/.test(address)) return false;
  if (url.password !== "" || (url.protocol === "https:" && url.username !== "")) return false;
  if (url.hostname.startsWith("-") || url.username.startsWith("-")) return false;
  return url.pathname.length > 1 && url.search === "" && url.hash === "";
}

function refused(why: string): ReadLink {
  return { problem: `A link from outside was not followed: it ${why}` };
}
