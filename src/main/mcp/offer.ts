/** What of Cellar a caller is offered. Apart from the server, which needs the SDK. */
import type { Tool } from "./tools/index.ts";

export type Offer = {
  /** The tools for terminals, and their output as resources. */
  terminals: boolean;
  /** Of other domains. */
  more: readonly Tool[];
  /** How those are used, in sentences for the agent. */
  instructions: string;
};

export const terminalsOnly: Offer = { terminals: true, more: [], instructions: "" };
