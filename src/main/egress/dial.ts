/**
 * The one way out to a network: a name is resolved once, every address it has is checked, and what is dialled is exactly what was
 * checked. A name that answers differently a second time (DNS rebinding) is never asked a second time.
 */
import { lookup } from "node:dns/promises";
import { connect as connectTcp, type LookupFunction, type Socket } from "node:net";
import {
  connect as connectTls,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import { Failure } from "#shared/failure.ts";
import { formatAddress, parseAddress } from "./address.ts";
import { type AddressClass, refusedClass } from "./address-class.ts";
import { parseHost } from "./host.ts";

export type Destination = {
  /** A name, or an address in its usual spelling. */
  host: string;
  port: number;
  tls: boolean;
  /** Classes of addresses that may be reached besides public ones. */
  addresses: readonly AddressClass[];
  /** Then public ones may not. */
  onlyThose?: boolean;
};

/** Every address of a name, in the order in which they should be tried. */
export type Resolve = (name: string) => Promise<string[]>;

export type DialerParts = {
  /** Default: the system's, hosts file included. */
  resolve?: Resolve;
  /** Certificates (PEM) that are trusted besides the usual ones, as of a company. */
  ca?: readonly string[];
};

const connectMsDefault = 15_000;

/** The address may not be reached; nothing was sent anywhere. */
export class DialRefused extends Failure {
  constructor(message: string) {
    super("refused", message);
  }
}

export class Dialer {
  readonly #resolve: Resolve;
  readonly #ca: readonly string[];
  /** For every connection: making it, with all the certificates it trusts, takes longer than the rest of one. */
  #secureContext: SecureContext | null = null;

  constructor({ resolve = systemResolve, ca = [] }: DialerParts = {}) {
    this.#resolve = resolve;
    this.#ca = ca;
  }

  /** The addresses to dial. Throws {@link DialRefused} when one of them may not be reached, `unavailable` when there is none. */
  async addressesOf({ host, addresses, onlyThose = false }: Destination): Promise<string[]> {
    const parsed = parseHost(host);
    if (parsed === null || (parsed.kind === "address" && parsed.odd))
      throw new DialRefused("the host is not a plain name or address");
    const found = parsed.kind === "address" ? [formatAddress(parsed.address)] : await this.#ask(parsed.name);
    for (const text of found) {
      const address = parseAddress(text);
      const refused =
        address === null || address.odd ? "reserved" : refusedClass(address.address, addresses, onlyThose);
      // One bad address among good ones refuses all: an answer that mixes them was made to be misread.
      if (refused !== null)
        throw new DialRefused(`${host} is at ${withArticle(refused)} address, which may not be reached`);
    }
    return found;
  }

  /**
   * A connected socket; over TLS with the certificate checked against the host. Throws {@link DialRefused}, or `unavailable` saying why.
   * `connectMs` covers everything: resolving, connecting, handshake.
   */
  async dial(
    destination: Destination,
    options: { connectMs?: number; signal?: AbortSignal } = {},
  ): Promise<Socket | TLSSocket> {
    const { connectMs = connectMsDefault } = options;
    const timeout = AbortSignal.timeout(connectMs);
    const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
    try {
      const addresses = await unlessAborted(this.addressesOf(destination), signal);
      return await this.#connect(destination, addresses, signal);
    } catch (error) {
      if (timeout.aborted)
        throw new Failure("unavailable", `no connection within ${Math.round(connectMs / 100) / 10} s`);
      if (error instanceof Failure) throw error;
      throw new Failure("unavailable", reasonOf(error), { cause: error });
    }
  }

  async #ask(name: string): Promise<string[]> {
    const found = await this.#resolve(name);
    if (found.length === 0) throw new Failure("unavailable", `${name} has no address`);
    return found;
  }

  #trusting(): SecureContext {
    if (this.#secureContext !== null) return this.#secureContext;
    const ca = this.#ca.length === 0 ? {} : { ca: [...getCACertificates("default"), ...this.#ca] };
    this.#secureContext = createSecureContext({ minVersion: "TLSv1.2", ...ca });
    return this.#secureContext;
  }

  #connect(destination: Destination, addresses: string[], signal: AbortSignal): Promise<Socket | TLSSocket> {
    const { host, port, tls } = destination;
    const parsed = parseHost(host);
    const options = {
      host,
      port,
      noDelay: true,
      keepAlive: true,
      lookup: answering(addresses),
      autoSelectFamily: true,
      ...(parsed?.kind === "address" ? { host: addresses[0]! } : {}),
    };
    const secure = {
      ...options,
      ALPNProtocols: ["http/1.1"],
      rejectUnauthorized: true,
      ...(parsed?.kind === "name" ? { servername: parsed.name } : {}),
    } as const;
    return new Promise((resolve, reject) => {
      const socket = tls ? connectTls({ ...secure, secureContext: this.#trusting() }) : connectTcp(options);
      const abort = () => socket.destroy(signal.reason instanceof Error ? signal.reason : new Error("cancelled"));
      signal.addEventListener("abort", abort, { once: true });
      const settle = () => signal.removeEventListener("abort", abort);
      socket.once("error", (error) => {
        settle();
        reject(error);
      });
      socket.once(tls ? "secureConnect" : "connect", () => {
        settle();
        socket.removeAllListeners("error");
        resolve(socket);
      });
    });
  }
}

/** Gives the socket what was checked, whatever it asks. */
function answering(addresses: string[]): LookupFunction {
  const answers = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return (_name, options, answer) => {
    if (options.all) answer(null, answers);
    else answer(null, answers[0]!.address, answers[0]!.family);
  };
}

async function systemResolve(name: string): Promise<string[]> {
  return (await lookup(name, { all: true, order: "verbatim" })).map(({ address }) => address);
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** What went wrong in words that hold no address: an agent reads them. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined) return "the connection failed";
  return reasons[code] ?? `the connection failed (${code})`;
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return (error as NodeJS.ErrnoException | null)?.code;
}

const reasons: Record<string, string> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was closed",
  EPIPE: "the connection was closed",
  ETIMEDOUT: "the connection timed out",
  ENOTFOUND: "the name is not known",
  EAI_AGAIN: "the name could not be resolved",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is signed by an authority that is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is signed by an authority that is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is signed by an authority that is not trusted",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

function withArticle(of: AddressClass): string {
  const words = of === "shared" ? "carrier-grade NAT" : of;
  return `${/^[aeiou]/.test(words) ? "an" : "a"} ${words}`;
}
