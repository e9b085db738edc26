/**
 * What happens to a request, decided from its head alone. Pure: nothing is read, sent or waited for here. The order is from the cheapest
 * doubt to the most particular, and an agent learns nothing about routes before it has shown its sentinel, except that a key is unknown.
 */
import {
  isCredentialQuery,
  isOverriding,
  mayBeNamedByConnection,
  namedByConnection,
  passesUp,
} from "./header-rules.ts";
import type { Credential, HeaderPlace, Route } from "./route.ts";
import { findSentinel, type Header, standsElsewhere } from "./sentinel.ts";
import { beginsWith, parseTarget, type Target } from "./target.ts";

export type RequestHead = {
  method: string;
  /** As it stood in the request line. */
  target: string;
  httpVersion: string;
  /** Name, value, name, value, as they came. */
  rawHeaders: readonly string[];
  /** The connection asks to become something else. */
  upgrade: boolean;
};

export type Listening = {
  /** Values of `host` that mean this listener, in lower case. */
  hosts: ReadonlySet<string>;
  sentinel: string;
  routes: readonly Route[];
};

/** Why a request was refused, for counting and for the log. */
export type RefusalReason =
  | "malformed"
  | "host"
  | "origin"
  | "no route"
  | "sentinel missing"
  | "sentinel wrong"
  | "sentinel duplicate"
  | "method"
  | "path"
  | "ambiguous"
  | "upgrade";

export type Refusal = {
  kind: "refuse";
  status: number;
  text: string;
  reason: RefusalReason;
  key: string | null;
  headers?: readonly Header[];
};

export type Forward = {
  kind: "forward";
  route: Route;
  /** For the upstream: with its base path and what is left of the query. */
  path: string;
  /** Headers that pass, in order, names as the client spelled them; host, framing and credential are still to be added. */
  headers: Header[];
  /** Where the real credential is put. */
  place: HeaderPlace;
  /** Bytes of the body when the client said so. */
  contentLength: number | null;
  chunked: boolean;
  webSocket: boolean;
};

export type Decision = { kind: "health" } | Refusal | Forward;

const mostHeaders = 128;

export function decide(head: RequestHead, listening: Listening): Decision {
  const headers = pairs(head.rawHeaders);
  const values = valuesOf(headers);
  const bad = malformed(head, headers, values);
  if (bad !== null) return bad;

  const host = values("host")[0]!.toLowerCase();
  if (!listening.hosts.has(host)) return refuse(403, "host", "this host is not the broker");
  if (
    values("origin").some((origin) => origin.toLowerCase() !== `http://${host}`) ||
    values("sec-fetch-site").some((site) => !["same-origin", "none"].includes(site.toLowerCase()))
  ) {
    return refuse(403, "origin", "another site may not talk to the broker");
  }
  if (head.target === "/health" && !head.upgrade) {
    return head.method === "GET" || head.method === "HEAD"
      ? { kind: "health" }
      : refuse(405, "method", "ask for /health with GET");
  }
  const target = parseTarget(head.target);
  if ("why" in target) return refuse(target.status, "malformed", target.why);
  return routed(head, headers, values, target, listening);
}

function routed(head: RequestHead, headers: Header[], values: Values, target: Target, listening: Listening): Decision {
  const known = listening.routes.filter((route) => route.key === target.key);
  // The key is the agent's text: it is not said again.
  if (known.length === 0) return refuse(404, "no route", "no broker route");
  const { key } = target;
  const credentials = known.flatMap((route) => route.credential).filter(isFirstOfPlace);
  const found = findSentinel(headers, target.query, credentials, listening.sentinel);
  if ("refused" in found) return withoutSentinel(found.refused, key, known);
  if (standsElsewhere(headers, head.target, target.query, found.credential, listening.sentinel)) {
    return refuse(403, "sentinel duplicate", "the broker token stands in more than one place", key);
  }
  const path = (route: Route) => route.upstream.path + target.rest || "/";
  const byMethod = known.filter((route) => (route.methods as readonly string[]).includes(head.method));
  if (byMethod.length === 0) return refuse(405, "method", "this route does not allow the method", key);
  const byPath = byMethod.filter((route) => route.paths.some((prefix) => beginsWith(path(route), prefix)));
  if (byPath.length === 0) return refuse(403, "path", "this route does not allow the path", key);
  const [route, second] = byPath;
  if (route === undefined || second !== undefined) {
    return refuse(403, "ambiguous", "more than one route allows this; none is taken", key);
  }
  const credential = route.credential.find((own) => samePlace(own, found.credential));
  if (credential === undefined) return refuse(403, "sentinel wrong", "the broker token stands in the wrong place", key);
  if (head.upgrade && !route.webSocket) return refuse(403, "upgrade", "this route allows no WebSocket", key);

  const dropped = new Set(
    known.flatMap((own) => own.credential).flatMap(({ from }) => ("query" in from ? [from.query] : [])),
  );
  const query = target.query.filter((part) => !isCredentialQuery(part, dropped));
  const named = new Set(namedByConnection(values("connection")));
  const [length] = values("content-length");
  return {
    kind: "forward",
    route,
    path: path(route) + (query.length === 0 ? "" : `?${query.join("&")}`),
    headers: spelled(head.rawHeaders).filter((_, index) => {
      const [own] = headers[index]!;
      return passesUp(own) && !named.has(own) && own !== credential.to.header;
    }),
    place: credential.to,
    contentLength: length === undefined ? null : Number(length),
    chunked: values("transfer-encoding").length > 0,
    webSocket: head.upgrade,
  };
}

function malformed(head: RequestHead, headers: Header[], values: Values): Refusal | null {
  const bad = (why: string) => refuse(400, "malformed", why);
  if (head.httpVersion !== "1.1") return refuse(505, "malformed", "the broker speaks HTTP/1.1");
  if (headers.length > mostHeaders) return refuse(431, "malformed", "too many headers");
  if (values("host").length !== 1) return bad("there has to be one host header");
  if (values("content-length").length > 1 || values("content-length").some((text) => !/^(0|[1-9]\d{0,15})$/.test(text)))
    return bad("the length of the body is unclear");
  const transfer = values("transfer-encoding");
  if (transfer.length > 1 || transfer.some((text) => text.toLowerCase() !== "chunked"))
    return bad("the transfer encoding has to be chunked");
  if (transfer.length > 0 && values("content-length").length > 0) return bad("the length of the body is said twice");
  if (values("origin").length > 1) return bad("there is more than one origin header");
  if (headers.some(([name]) => isOverriding(name))) return bad("a header asks for another method or path");
  if (!namedByConnection(values("connection")).every(mayBeNamedByConnection))
    return bad("the connection header names what it may not");
  if (headers.some(([, value]) => /[^\t\x20-\x7e\x80-\xff]/.test(value)))
    return bad("a header has a control character");
  return malformedUpgrade(head, values);
}

/** Only to a WebSocket, and only as RFC 6455 asks for one. */
function malformedUpgrade(head: RequestHead, values: Values): Refusal | null {
  const asks = values("upgrade");
  const refused = (why: string) => refuse(400, "upgrade", why);
  if (!head.upgrade) return asks.length > 0 ? refused("an upgrade is asked for half") : null;
  if (asks.length !== 1 || asks[0]!.toLowerCase() !== "websocket")
    return refused("the broker upgrades to WebSocket only");
  if (head.method !== "GET") return refused("a WebSocket begins with GET");
  if (values("content-length").length > 0 || values("transfer-encoding").length > 0)
    return refused("a WebSocket begins without a body");
  if (values("sec-websocket-version").join() !== "13") return refused("the WebSocket's version has to be 13");
  if (!/^[A-Za-z0-9+/]{22}==$/.test(values("sec-websocket-key").join()))
    return refused("the WebSocket's key is not valid");
  return null;
}

/** Git asks without a credential first and shows it only when challenged. */
function withoutSentinel(how: "missing" | "wrong" | "duplicate", key: string, routes: readonly Route[]): Refusal {
  const texts = {
    missing: "the broker token is missing",
    wrong: "the broker token is not the one of this run",
    duplicate: "the broker token is shown more than once",
  };
  const basic = routes.some(({ credential }) => credential.some(({ from }) => "user" in from));
  if (how === "missing" && basic) {
    const challenge: Header = ["www-authenticate", 'Basic realm="Cellar broker"'];
    return { ...refuse(401, "sentinel missing", texts.missing, key), headers: [challenge] };
  }
  return refuse(403, `sentinel ${how}`, texts[how], key);
}

function refuse(status: number, reason: RefusalReason, text: string, key: string | null = null): Refusal {
  return { kind: "refuse", status, reason, text, key };
}

/** Two routes of one key often expect the sentinel in the same place. */
function isFirstOfPlace(credential: Credential, index: number, all: readonly Credential[]): boolean {
  return all.findIndex((other) => samePlace(other, credential)) === index;
}

function samePlace({ from: one }: Credential, { from: other }: Credential): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function spelled(raw: readonly string[]): Header[] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[index * 2]!, raw[index * 2 + 1]!] as const);
}

function pairs(raw: readonly string[]): Header[] {
  return spelled(raw).map(([name, value]) => [name.toLowerCase(), value]);
}

/** All values of a header, in order. */
type Values = (name: string) => readonly string[];

function valuesOf(headers: readonly Header[]): Values {
  const byName = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const before = byName.get(name);
    if (before === undefined) byName.set(name, [value]);
    else before.push(value);
  }
  return (name) => byName.get(name) ?? none;
}

const none: readonly string[] = [];
