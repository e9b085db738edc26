/** How much one bottle may ask: nobody reads more, and an agent must not be able to wear a person out, or fill a disk. Pure. */
import type { Proposal } from "#shared/contract/supervise.ts";

/** Unanswered ones of one bottle, and of all. */
const mostPending = 8;
const mostPendingOfAll = 64;
/** Of one bottle in an hour. */
const mostPerHour = 30;
const hourMs = 3_600_000;
/** Answered ones that are kept; the oldest go first. */
export const mostKept = 500;

/** Why this bottle may not ask one more now; null when it may. `now` in milliseconds. */
export function tooMuch(all: readonly Proposal[], bottleId: string, now: number): string | null {
  const pending = all.filter(({ state }) => state === "pending");
  const own = all.filter((proposal) => proposal.bottleId === bottleId);
  if (own.filter(({ state }) => state === "pending").length >= mostPending) {
    return `${mostPending} proposals of this bottle wait for an answer already`;
  }
  if (pending.length >= mostPendingOfAll) return "Too many proposals wait for an answer already";
  if (own.filter(({ createdAt }) => Date.parse(createdAt) > now - hourMs).length >= mostPerHour) {
    return `This bottle has made ${mostPerHour} proposals within an hour`;
  }
  return null;
}

/** Those that are forgotten to keep no more than {@link mostKept} answered ones. */
export function superfluous(all: readonly Proposal[]): Proposal[] {
  const answered = all.filter(({ state }) => state !== "pending");
  return answered.slice(0, Math.max(0, answered.length - mostKept));
}
