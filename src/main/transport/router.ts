/** The type of the whole implemented contract: what `services.ts` composes and every transport serves. */
import type { Router as ImplementedRouter } from "@orpc/server";
import type { Contract } from "#shared/contract/index.ts";
import type { CallContext } from "./context.ts";

export type Router = ImplementedRouter<Contract, CallContext>;
