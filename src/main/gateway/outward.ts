/** Connections to hosts that are allowed: dialled by the one dialler, which dials only what it has checked, and used again where that is safe. */
import { Agent, type ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import type { GatewayReason } from "#shared/contract/gateway.ts";
import { type Destination, type Dialer, DialRefused } from "../egress/index.ts";

const idleConnectionMs = 30_000;

export class OutwardAgent extends Agent {
  readonly #dialer: Dialer;

  constructor(dialer: Dialer, keepAlive: boolean) {
    super({ keepAlive, maxFreeSockets: 32, timeout: idleConnectionMs });
    this.#dialer = dialer;
  }

  /** Where a request goes is said by its `destination` alone. */
  override getName(options: ClientRequestArgs & Partial<Outward>): string {
    const { host, port, tls, addresses } = options.destination!;
    return `${tls} ${host} ${port} ${addresses.join()}`;
  }

  override createConnection(
    options: ClientRequestArgs & Partial<Outward>,
    done?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    this.#dialer.dial(options.destination!).then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error, undefined as never),
    );
  }
}

/** What {@link OutwardAgent} needs in the options of a request. */
export type Outward = { destination: Destination };

/** Why nothing came of something allowed. */
export function failureOf(error: unknown): { reason: GatewayReason; detail: string } {
  const detail = error instanceof Error ? error.message.replace(/\.$/, "") : "the connection failed";
  if (error instanceof DialRefused) return { reason: "address_refused", detail };
  if (/certificate/.test(detail))
    return { reason: "upstream_tls_failed", detail: `The host could not be verified: ${detail}` };
  if (/name is not known|has no address|could not be resolved/.test(detail))
    return { reason: "name_not_found", detail };
  return {
    reason: "unreachable",
    detail: /^no connection|^the /.test(detail)
      ? `The host could not be reached: ${detail}`
      : "The host ended the connection",
  };
}
