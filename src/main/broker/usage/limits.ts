/** What a run may use, as the meter reckons it. */
import { z } from "zod";

export const limitsSchema = z.strictObject({
  /** Input and output together. */
  tokens: z.int().positive().optional(),
  costUsd: z.number().positive().optional(),
});
export type Limits = z.infer<typeof limitsSchema>;
