/** Where a request wants to go, read from its first line. Pure and strict: one spelling, or none. */

export type Target = { host: string; port: number };

/** `host:port` of a CONNECT (RFC 9110 9.3.6): the port is a must, and nothing else may be there. */
export function connectTarget(text: string): Target | null {
  const match = /^(\[[^\]@/?#\s]+\]|[^:[\]@/?#\\\s]+):([0-9]{1,5})$/.exec(text);
  if (match === null) return null;
  const port = Number(match[2]);
  return port >= 1 && port <= 65_535 ? { host: bare(match[1]!), port } : null;
}

export type Absolute = Target & { path: string };

/** `http://host[:port]/path` (RFC 9112 3.2.2). A user and password in it are refused: they would hide where it goes. */
export function absoluteTarget(text: string): Absolute | null {
  const match = /^http:\/\/(\[[^\]@/?#\s]+\]|[^:[\]@/?#\\\s]+)(?::([0-9]{1,5}))?([/?][^\s#]*)?$/i.exec(text);
  if (match === null) return null;
  const port = match[2] === undefined ? 80 : Number(match[2]);
  if (port < 1 || port > 65_535) return null;
  const path = match[3] ?? "/";
  return { host: bare(match[1]!), port, path: path.startsWith("/") ? path : `/${path}` };
}

/** A Host header; without a port the protocol's own. */
export function hostHeader(text: string, defaultPort: number): Target | null {
  const match = /^(\[[^\]@/?#\s]+\]|[^:[\]@/?#\\\s]+)(?::([0-9]{1,5}))?$/.exec(text);
  if (match === null) return null;
  return { host: bare(match[1]!), port: match[2] === undefined ? defaultPort : Number(match[2]) };
}

function bare(host: string): string {
  return host.startsWith("[") ? host.slice(1, -1) : host;
}
