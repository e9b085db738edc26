/** How sums have grown: enough points for a plot, however long it took. Pure. */
import type { UsagePoint } from "#shared/contract/broker.ts";

/** Points kept; beyond that every other one goes, and new ones come half as often. */
export const mostPoints = 240;
/** Milliseconds between two points at first. */
const firstStepMs = 1000;

export class UsageHistory {
  #points: UsagePoint[];
  #stepMs = firstStepMs;

  constructor(points: readonly UsagePoint[] = []) {
    this.#points = [...points];
    // As far apart as they were thinned out before.
    const [first, last] = [this.#points[0], this.#points.at(-1)];
    if (first !== undefined && last !== undefined) {
      while (timeOf(last) - timeOf(first) > this.#stepMs * mostPoints) this.#stepMs *= 2;
    }
  }

  get points(): readonly UsagePoint[] {
    return this.#points;
  }

  /** The newest point moves on until it is a step away from the one before, so that the last sum is always there. */
  add(point: UsagePoint): void {
    const before = this.#points.at(-2);
    const last = this.#points.at(-1);
    if (last !== undefined && before !== undefined && timeOf(last) - timeOf(before) < this.#stepMs) this.#points.pop();
    this.#points.push(point);
    if (this.#points.length <= mostPoints) return;
    const newest = this.#points.length - 1;
    this.#points = this.#points.filter((_, index) => index % 2 === 0 || index === newest);
    this.#stepMs *= 2;
  }
}

function timeOf({ at }: UsagePoint): number {
  return Date.parse(at);
}
