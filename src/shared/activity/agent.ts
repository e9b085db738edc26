/** What the terminal host is told of a launched agent program, so that it can follow what it does. */
import { z } from "zod";
import { dialects } from "./adapters/index.ts";

const pattern = z.string().max(500);

export const launchedAgent = z.strictObject({
  /** Digest of the token in the program's environment, in hex; hook events have to bring the token. */
  tokenDigest: z.string().regex(/^[0-9a-f]{64}$/),
  /** What its hook events look like. */
  speaks: z.enum(dialects),
  /** Its hooks were installed with this launch. */
  hooksExpected: z.boolean(),
  /** It was started with a first prompt, and will work on that before it waits for anything. */
  prompted: z.boolean(),
  title: z.strictObject({ working: pattern.optional(), waiting: pattern.optional() }).optional(),
  notification: z.strictObject({ permission: pattern.optional(), done: pattern.optional() }).optional(),
  screen: z.array(z.strictObject({ state: z.enum(["working", "waiting", "permission"]), pattern })).max(20),
});
export type LaunchedAgent = z.infer<typeof launchedAgent>;
