/** The contract as commands call it: typed by the path of a procedure, with failures of the closed set. */
import type { ContractRouterClient } from "@orpc/contract";
import type { ContractConnection } from "#node/contract-client.ts";
import type { Contract } from "#shared/contract/index.ts";

type Client = ContractRouterClient<Contract>;
type Domain = keyof Client;

type Procedure<Path extends string> = Path extends `${infer D extends Domain}.${infer P}`
  ? P extends keyof Client[D]
    ? Client[D][P]
    : never
  : never;
export type Path = { [D in Domain]: `${D}.${Extract<keyof Client[D], string>}` }[Domain];
export type Input<P extends string> = Procedure<P> extends (input: infer I, ...rest: never[]) => unknown ? I : never;
export type Output<P extends string> = Procedure<P> extends (...args: never[]) => Promise<infer O> ? O : never;
type Item<P extends string> =
  Output<P> extends AsyncIterable<infer E> ? (E extends { type: "all"; items: (infer I)[] } ? I : never) : never;

/** A running main. */
export class Main {
  readonly #connection: ContractConnection;

  constructor(connection: ContractConnection) {
    this.#connection = connection;
  }

  /** Rejects with a Failure. */
  async call<P extends Path>(path: P, input: Input<P>, signal?: AbortSignal): Promise<Output<P>> {
    try {
      return (await this.#connection.call(path.split("."), input, signal)) as Output<P>;
    } catch (thrown) {
      throw this.#connection.problemOf(thrown);
    }
  }

  /** What a live list has now. */
  async items<P extends Path>(path: P, input: Input<P>): Promise<Item<P>[]> {
    const enough = new AbortController();
    try {
      for await (const event of this.events(path, input, enough.signal)) {
        const { items } = event as { items: Item<P>[] };
        return items;
      }
      return [];
    } finally {
      enough.abort();
    }
  }

  /** Events of a stream until it or `signal` ends it. */
  async *events<P extends Path>(path: P, input: Input<P>, signal: AbortSignal): AsyncGenerator<unknown> {
    try {
      yield* (await this.#connection.call(path.split("."), input, signal)) as AsyncIterable<unknown>;
    } catch (thrown) {
      if (!signal.aborted) throw this.#connection.problemOf(thrown);
    }
  }

  close(): void {
    this.#connection.close();
  }
}
