/** The exit codes the command line promises. Stable: scripts rely on them. */
import type { ErrorCode } from "#shared/contract/error-codes.ts";

export const exitCodes: Record<ErrorCode, number> = {
  failed: 1,
  internal: 1,
  invalid_input: 2,
  not_found: 3,
  conflict: 4,
  unavailable: 5,
  refused: 6,
  unauthorized: 6,
  cancelled: 7,
  too_large: 8,
};

/** What each code means, for the help and the reference. */
export const exitCodeWords: readonly (readonly [code: number, words: string])[] = [
  [0, "done"],
  [1, "failed, or a defect of Cellar"],
  [2, "invalid input or usage"],
  [3, "not found"],
  [4, "conflict"],
  [5, "unavailable, or Cellar cannot be reached"],
  [6, "refused, unauthorized"],
  [7, "cancelled: Ctrl-C, end of input, or a confirmation that was not given"],
  [8, "too large"],
];
