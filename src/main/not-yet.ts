/** Stands in for a domain that is not part of this version: its lists are empty, and everything else is `unavailable`. */
import { getEventIteratorSchemaDetails, isContractProcedure } from "@orpc/contract";
import { implement, type Router } from "@orpc/server";
import { type Contract, contract } from "#shared/contract/index.ts";
import { Failure } from "#shared/failure.ts";
import type { CallContext } from "./transport/context.ts";

export function notYet<Domain extends keyof Contract>(domain: Domain): Router<Contract[Domain], CallContext> {
  const procedures = Object.entries(contract[domain]).map(([name, procedure]) => {
    if (!isContractProcedure(procedure)) throw new Error(`${domain}.${name} is not a procedure`);
    const streams = getEventIteratorSchemaDetails(procedure["~orpc"].outputSchema) !== undefined;
    const handler = async ({ signal }: { signal?: AbortSignal }) => {
      if (streams) return emptyList(signal);
      throw new Failure("unavailable", `${domain} are not part of this version of Cellar`);
    };
    return [name, implement(procedure).handler(handler)];
  });
  return Object.fromEntries(procedures) as Router<Contract[Domain], CallContext>;
}

async function* emptyList(signal: AbortSignal | undefined) {
  yield { type: "all", items: [] };
  await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}
