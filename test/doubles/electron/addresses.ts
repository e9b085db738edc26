/**
 * A browser knows no schemes of an app. So a page `scheme://host/path` is `https://host.scheme.invalid/path` there (`http:` unless it was registered as secure), whose requests never leave the browser, and main
 * sees the address it gave. An origin of its own, a secure context and `'self'` hold for both alike.
 */
import { schemes } from "./session.ts";

const ending = ".invalid";

export function inBrowser(url: string): string {
  const { protocol, hostname, pathname, search, hash } = new URL(url);
  const scheme = protocol.slice(0, -1);
  // A scheme that is not registered as secure is no secure context there either.
  const like = schemes.privileged.get(scheme)?.privileges?.secure ? "https" : "http";
  if (scheme === "https" || scheme === "http" || scheme === "about" || scheme === "data") return url;
  return `${like}://${hostname || "none"}.${scheme}${ending}${pathname || "/"}${search}${hash}`;
}

export function inElectron(url: string): string {
  if (!URL.canParse(url)) return url;
  const { hostname, pathname, search, hash } = new URL(url);
  if (!hostname.endsWith(ending)) return url;
  const labels = hostname.slice(0, -ending.length).split(".");
  return `${labels.at(-1)}://${labels.slice(0, -1).join(".")}${pathname}${search}${hash}`;
}
