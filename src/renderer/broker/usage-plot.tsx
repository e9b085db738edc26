/** How the sums have grown, as one quiet line with the limit above it. */

import { dollars, shortCount } from "#shared/broker/words.ts";
import type { UsagePoint } from "#shared/contract/broker.ts";
import { elapsed } from "../ui/index.ts";
import { type PlotOf, plot } from "./plot.ts";

const size = { width: 640, height: 64 };

export type UsagePlotProps = {
  points: readonly UsagePoint[];
  of: PlotOf;
  limit: number | null;
  /** ISO: when it ended; null while it goes on. */
  until: string | null;
};

export function UsagePlot({ points, of, limit, until }: UsagePlotProps) {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  const end = until === null ? Date.parse(last.at) : Date.parse(until);
  const { line, area, limitY, most } = plot(points, of, limit, size, end);
  const words = (sum: number) => (of === "cost" ? dollars(sum) : shortCount(sum));
  const span = elapsed(end - Date.parse(first.at));
  const sum = of === "cost" ? last.costMicros : last.tokens;
  const said = `${of === "cost" ? "Cost" : "Tokens"} over ${span}: up to ${words(sum)}`;
  return (
    <figure className="flex flex-col gap-0.5">
      <div className="relative">
        <svg
          role="img"
          aria-label={said}
          viewBox={`0 0 ${size.width} ${size.height}`}
          preserveAspectRatio="none"
          className="block h-16 w-full overflow-visible border-line border-b text-accent"
        >
          <path d={area} className="fill-accent-tint" />
          <path d={line} fill="none" stroke="currentColor" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
          {limitY !== null && (
            <path
              d={`M0 ${limitY}H${size.width}`}
              className="stroke-warning"
              strokeWidth="1"
              strokeDasharray="4 3"
              vectorEffect="non-scaling-stroke"
            />
          )}
        </svg>
        <span aria-hidden className="tabular absolute top-0 left-0 rounded bg-panel px-1 text-faint text-xs">
          {words(most)}
        </span>
        {limitY !== null && (
          <span
            aria-hidden
            className="tabular absolute right-0 -translate-y-1/2 rounded bg-panel px-1 text-warning text-xs"
            style={{ top: `${(limitY / size.height) * 100}%` }}
          >
            limit
          </span>
        )}
      </div>
      <figcaption aria-hidden className="tabular flex justify-between text-faint text-xs">
        <span>first answer</span>
        <span>
          {of === "cost" ? "cost" : "tokens"} over {span}
        </span>
      </figcaption>
    </figure>
  );
}
