/**
 * The only resolver of a bottle with a network of its own. It answers A and AAAA of names that are allowed, with addresses that the dialler would
 * dial, and nothing else: names are a way out too (DNS tunnelling), so that what looks like data in one is refused, counted and slowed down.
 */
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { GatewayReason } from "#shared/contract/gateway.ts";
import { type Dialer, DialRefused, parseAddress } from "../egress/index.ts";
import {
  type DnsQuestion,
  dnsCodes,
  dnsTypes,
  looksLikeTunnel,
  readQuery,
  writeAnswer,
  writeRefusal,
} from "./dns-message.ts";
import { reachableClasses } from "./hosts.ts";
import type { Policy } from "./policy.ts";
import { type Denial, decide } from "./rules.ts";

/** Seconds an answer may be kept. Short: what is allowed may change. */
const ttlSeconds = 30;
/** Questions per second in the long run, and at once. */
const perSecond = 20;
const burst = 200;
/** Different names below one `*.` rule, in an hour: more than a program needs, less than data needs. */
const namesPerHour = 200;
const hourMs = 3_600_000;
const mostUnanswered = 100;
const idleMs = 30_000;

export class Resolver {
  readonly #policy: Policy;
  readonly #dialer: Dialer;
  #tokens = burst;
  #filledAt = Date.now();
  #unanswered = 0;
  #hour = { since: 0, names: new Map<string, Set<string>>() };

  constructor(policy: Policy, dialer: Dialer) {
    this.#policy = policy;
    this.#dialer = dialer;
  }

  /** Null: nothing is said at all. */
  async answer(query: Uint8Array): Promise<Uint8Array | null> {
    const reading = readQuery(query);
    if (reading.type === "unreadable") return reading.id === null ? null : writeRefusal(reading.id, reading.code);
    const { question } = reading;
    if (!this.#admits() || this.#unanswered >= mostUnanswered) {
      return this.#refuse(question, "too_many", "Too many names are asked for");
    }
    this.#unanswered += 1;
    try {
      return await this.#resolve(question);
    } finally {
      this.#unanswered -= 1;
    }
  }

  async #resolve(question: DnsQuestion): Promise<Uint8Array> {
    const { name, type } = question;
    if (question.class !== 1 || (type !== dnsTypes.A && type !== dnsTypes.AAAA)) {
      return this.#refuse(question, "record_type_refused", `Only addresses are answered, not records of type ${type}`);
    }
    const asked = { kind: "name" as const, host: name };
    const verdict = decide(asked, this.#policy.parts.rules());
    const judgement = { verdict, question: asked, waitedId: null };
    if (verdict.type === "deny") {
      this.#policy.deny(judgement, verdict);
      return writeAnswer(question, { code: dnsCodes.refused, addresses: [], ttlSeconds: 0 });
    }
    if (
      verdict.rule.host.startsWith("*.") &&
      (looksLikeTunnel(name) || this.#isOneTooMany(verdict.rule.host, verdict.host))
    ) {
      return this.#refuse(
        question,
        "looks_like_tunnel",
        `Data could leave in names like this below ${verdict.rule.host}`,
      );
    }
    const open = this.#policy.begin(judgement, verdict, false);
    try {
      const addresses = reachableClasses(verdict.host, verdict.privateAddresses);
      const found = await this.#dialer.addressesOf({ host: verdict.host, port: 443, tls: false, addresses });
      open.end();
      const family = type === dnsTypes.A ? 4 : 6;
      const bytes = found.flatMap((text) => {
        const address = parseAddress(text)?.address;
        return address?.family === family ? [address.bytes] : [];
      });
      return writeAnswer(question, { code: dnsCodes.ok, addresses: bytes, ttlSeconds });
    } catch (error) {
      const refused = error instanceof DialRefused;
      const detail = error instanceof Error ? error.message : "The name could not be resolved";
      open.end({ reason: refused ? "address_refused" : "name_not_found", detail });
      const code = refused ? dnsCodes.refused : dnsCodes.noName;
      return writeAnswer(question, { code, addresses: [], ttlSeconds: 0 });
    }
  }

  #refuse(question: DnsQuestion, reason: GatewayReason, detail: string): Uint8Array {
    const denial: Denial = { type: "deny", reason, detail, rule: null, canAllow: false };
    // The name itself may be what was to be carried out; its end says enough to a person.
    const host = question.name.length > 60 ? `…${question.name.slice(-59)}` : question.name;
    this.#policy.deny({ question: { kind: "name", host }, waitedId: null }, denial);
    return writeAnswer(question, { code: dnsCodes.refused, addresses: [], ttlSeconds: 0 });
  }

  #admits(): boolean {
    const now = Date.now();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #isOneTooMany(pattern: string, name: string): boolean {
    if (Date.now() - this.#hour.since > hourMs) this.#hour = { since: Date.now(), names: new Map() };
    const names = this.#hour.names.get(pattern) ?? new Set();
    this.#hour.names.set(pattern, names);
    if (names.size < namesPerHour) names.add(name);
    return !names.has(name);
  }
}

/** Over a stream (TCP, Unix socket) each message has its length before it (RFC 7766). */
export function createStreamResolver(resolver: Resolver): Server {
  // A client that has asked all it wanted closes its end, and still wants the answers.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    void serveStream(resolver, socket).catch(() => socket.destroy());
  });
  server.maxConnections = 32;
  return server;
}

async function serveStream(resolver: Resolver, socket: Socket): Promise<void> {
  let kept: Buffer = Buffer.alloc(0);
  // One after the other: whoever asks faster than is answered is not read.
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    kept = Buffer.concat([kept, chunk]);
    while (kept.length >= 2 && kept.length >= 2 + kept.readUInt16BE(0)) {
      const length = kept.readUInt16BE(0);
      const answer = await resolver.answer(kept.subarray(2, 2 + length));
      kept = kept.subarray(2 + length);
      if (answer === null) return void socket.destroy();
      const framed = Buffer.alloc(2 + answer.length);
      framed.writeUInt16BE(answer.length);
      framed.set(answer, 2);
      if (!socket.write(framed)) await once(socket, "drain");
    }
  }
  socket.end();
}

export function createDatagramResolver(resolver: Resolver, address: string): UdpSocket {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  socket.on("message", (query, from) => {
    void resolver.answer(query).then((answer) => {
      // Without EDNS 512 bytes are all there is room for; the rest is asked for over TCP.
      if (answer === null) return;
      if (answer.length > 512) answer = truncated(answer, query);
      socket.send(answer, from.port, from.address, () => {});
    });
  });
  return socket;
}

function truncated(answer: Uint8Array, query: Uint8Array): Uint8Array {
  const reading = readQuery(query);
  const length = reading.type === "question" ? 12 + reading.question.bytes.length : 12;
  const short = answer.slice(0, length);
  short[2] = short[2]! | 0x02;
  short[6] = 0;
  short[7] = 0;
  return short;
}
