/** Limits as options give them. */
import { limitsForLaunch } from "#shared/broker/limit-text.ts";
import type { UsageLimits } from "#shared/contract/broker.ts";
import { Failure } from "#shared/failure.ts";

/** Only what was given. Throws `invalid_input` naming the option. */
export function limitsGiven(cost: string | undefined, tokens: string | undefined): Partial<UsageLimits> {
  const limits = limitsForLaunch({ dollars: cost ?? "", tokens: tokens ?? "" });
  if (limits !== null) return limits;
  const wrong = limitsForLaunch({ dollars: cost ?? "", tokens: "" }) === null ? "--cost" : "--tokens";
  throw new Failure("invalid_input", `${wrong} is not a limit`, { hint: "Like --cost 5, --tokens 2M, or none." });
}
