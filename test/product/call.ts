/** Calls the contract of a running product over the socket of its home, as scripts do. */
import { join } from "node:path";
import type { ContractRouterClient } from "@orpc/contract";
import { contractClient } from "#node/contract-client.ts";
import { cellarPaths } from "#node/paths.ts";
import type { Contract } from "#shared/contract/index.ts";

/** A running Cellar, in either face. */
export type Running = {
  readonly environment: NodeJS.ProcessEnv;
  /** Where its sockets are, if that cannot be told from its environment. */
  readonly runtime?: string;
};

type Client = ContractRouterClient<Contract>;
type Domain = keyof Client;

type Procedure<Path extends string> = Path extends `${infer D extends Domain}.${infer P}`
  ? P extends keyof Client[D]
    ? Client[D][P]
    : never
  : never;
type Paths = { [D in Domain]: `${D}.${Extract<keyof Client[D], string>}` }[Domain];
type Input<Path extends string> = Procedure<Path> extends (input: infer I, ...rest: never[]) => unknown ? I : never;
type Output<Path extends string> = Procedure<Path> extends (...args: never[]) => Promise<infer O> ? O : never;

type Element<T> = T extends AsyncIterable<infer E> ? E : never;

const socketOf = ({ environment, runtime }: Running) => join(runtime ?? cellarPaths(environment).runtime, "main.sock");

/** The first event of a stream: for a live list, everything there is. */
export async function first<Path extends Paths>(
  product: Running,
  path: Path,
  input: Input<Path>,
): Promise<Element<Output<Path>>> {
  const client = await contractClient(socketOf(product));
  if (client === null) throw new Error("the product does not answer");
  try {
    for await (const event of (await client.call(path.split("."), input)) as AsyncIterable<Element<Output<Path>>>) {
      return event;
    }
    throw new Error(`${path} ended without an event`);
  } finally {
    client.close();
  }
}

/** Rejects with the failure of the call. */
export async function call<Path extends Paths>(
  product: Running,
  path: Path,
  input: Input<Path>,
): Promise<Output<Path>> {
  const client = await contractClient(socketOf(product));
  if (client === null) throw new Error("the product does not answer");
  try {
    return (await client.call(path.split("."), input)) as Output<Path>;
  } catch (thrown) {
    throw client.problemOf(thrown);
  } finally {
    client.close();
  }
}
