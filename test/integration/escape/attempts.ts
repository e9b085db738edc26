/** All attempts. */
import type { Attempt } from "./attempt.ts";
import { brokerAttempts } from "./broker-attempts.ts";
import { fileAttempts } from "./file-attempts.ts";
import { gatewayAttempts } from "./gateway-attempts.ts";
import { kernelAttempts } from "./kernel-attempts.ts";
import { networkAttempts } from "./network-attempts.ts";
import { terminalAttempts } from "./terminal-attempts.ts";
import { worktreeAttempts } from "./worktree-attempts.ts";

export const attempts: readonly Attempt[] = [
  ...networkAttempts,
  ...gatewayAttempts,
  ...brokerAttempts,
  ...fileAttempts,
  ...kernelAttempts,
  ...terminalAttempts,
  ...worktreeAttempts,
];
