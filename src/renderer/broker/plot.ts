/** From sums over time to the line of a small plot. Pure: `usage-plot.tsx` draws what comes out. */
import type { UsagePoint } from "#shared/contract/broker.ts";

export type PlotOf = "cost" | "tokens";
export type Plot = {
  /** SVG path of the line: a step at each answer, because nothing is used in between. */
  line: string;
  /** The same, closed along the bottom. */
  area: string;
  /** Height of the limit; null without one, or when it is far above everything that was used. */
  limitY: number | null;
  /** What the top edge stands for. */
  most: number;
};

const sumOf = (of: PlotOf) => (point: UsagePoint) => (of === "cost" ? point.costMicros : point.tokens);
const timeOf = ({ at }: UsagePoint) => Date.parse(at);

/** `until` in milliseconds: the right edge, for what goes on. */
export function plot(points: readonly UsagePoint[], of: PlotOf, limit: number | null, size: Size, until: number): Plot {
  const value = sumOf(of);
  const used = points.length === 0 ? 0 : value(points.at(-1)!);
  // A limit a hundred times above would press the line flat.
  const shownLimit = limit !== null && limit <= Math.max(used, 1) * 4 ? limit : null;
  const most = niceAbove(Math.max(used, shownLimit ?? 0, 1));
  const first = points[0];
  if (first === undefined) return { line: "", area: "", limitY: null, most };
  const from = timeOf(first);
  const span = Math.max(until, timeOf(points.at(-1)!)) - from || 1;
  const x = (time: number) => round(((time - from) / span) * size.width);
  const y = (sum: number) => round(size.height - (sum / most) * size.height);
  const steps = points.slice(1).map((point) => `H${x(timeOf(point))}V${y(value(point))}`);
  const line = `M0 ${size.height}V${y(value(first))}${steps.join("")}H${size.width}`;
  return { line, area: `${line}V${size.height}Z`, limitY: shownLimit === null ? null : y(shownLimit), most };
}

export type Size = { width: number; height: number };

/** The next of 1, 2 and 5 with noughts (or it is one), so that the scale is a number people read. */
export function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= value * 0.9999999) ?? 10 * power;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
