/** What callers hand in, as the schemas want it, or a Failure that says what is wrong with it. */
import { z } from "zod";
import { Failure } from "#shared/failure.ts";

export function valid<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Failure("invalid_input", `vault broker startup failed: ${z.prettifyError(parsed.error)}`);
}
