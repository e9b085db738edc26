/** Calls the contract of a running product over the socket of its home, as scripts do. */
import { join } from "node:path";
import type { Input, Output, Path } from "#cli/contract.ts";
import { contractClient } from "#node/contract-client.ts";
import { cellarPaths } from "#node/paths.ts";

/** A running Cellar, in either face. */
export type Running = {
  readonly environment: NodeJS.ProcessEnv;
  /** Where its sockets are, if that cannot be told from its environment. */
  readonly runtime?: string;
};

type Element<T> = T extends AsyncIterable<infer E> ? E : never;

const socketOf = ({ environment, runtime }: Running) => join(runtime ?? cellarPaths(environment).runtime, "main.sock");

/** The first event of a stream: for a live list, everything there is. */
export async function first<P extends Path>(product: Running, path: P, input: Input<P>): Promise<Element<Output<P>>> {
  const client = await contractClient(socketOf(product));
  if (client === null) throw new Error("the product does not answer");
  try {
    for await (const event of (await client.call(path.split("."), input)) as AsyncIterable<Element<Output<P>>>) {
      return event;
    }
    throw new Error(`${path} ended without an event`);
  } finally {
    client.close();
  }
}

/** Rejects with the failure of the call. */
export async function call<P extends Path>(product: Running, path: P, input: Input<P>): Promise<Output<P>> {
  const client = await contractClient(socketOf(product));
  if (client === null) throw new Error("the product does not answer");
  try {
    return (await client.call(path.split("."), input)) as Output<P>;
  } catch (thrown) {
    throw client.problemOf(thrown);
  } finally {
    client.close();
  }
}
