/** The contract with a context, for domains to implement: `implementing.workspaces.router({ … })`. */
import { implement } from "@orpc/server";
import { contract } from "#shared/contract/index.ts";
import type { CallContext } from "./context.ts";

export const implementing = implement(contract).$context<CallContext>();
