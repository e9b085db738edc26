/** A push that is not passed on, and why, in words that may be read inside: what was found is named and never repeated. */
import type { GitGateReason } from "#shared/contract/git-gate.ts";

export class PushRefused extends Error {
  readonly reason: GitGateReason;
  /** A person may let it pass all the same. */
  readonly canApprove: boolean;

  constructor(reason: GitGateReason, message: string, canApprove = false) {
    super(message);
    this.reason = reason;
    this.canApprove = canApprove;
  }
}
