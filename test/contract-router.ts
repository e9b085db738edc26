/** The contract with handlers of a test's own, for tests of what carries it. Everything else answers `unavailable`. */
import { isContractProcedure } from "@orpc/contract";
import { implement } from "@orpc/server";
import type { CallContext } from "#main/transport/context.ts";
import type { Router } from "#main/transport/router.ts";
import { contract } from "#shared/contract/index.ts";
import { Failure } from "#shared/failure.ts";

export type Handler = (call: { input: unknown; context: CallContext; signal?: AbortSignal }) => unknown;

/** `handlers` by path, as `app.info`. */
export function routerWith(handlers: Record<string, Handler>): Router {
  const domains = Object.entries(contract).map(([domain, procedures]) => [
    domain,
    Object.fromEntries(
      Object.entries(procedures).map(([name, procedure]) => {
        if (!isContractProcedure(procedure)) throw new Error(`${domain}.${name} is not a procedure`);
        const handler = handlers[`${domain}.${name}`] ?? unavailable;
        return [name, implement(procedure).handler(handler as never)];
      }),
    ),
  ]);
  return Object.fromEntries(domains) as Router;
}

function unavailable(): never {
  throw new Failure("unavailable", "not part of this test");
}
