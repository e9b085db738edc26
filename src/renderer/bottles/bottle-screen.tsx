/** A bottle: how it is, what stands beside it, what was agreed before its launch, and its log. One section, one file. */
import { PlanFacts } from "../launches/summary.tsx";
import { useBottles } from "../live/index.ts";
import type { PanelProps } from "../terminals/panels.tsx";
import { useCloseWhenGone } from "../terminals/use-close-when-gone.ts";
import { ProblemNote, Screen, Sign, StateLine } from "../ui/index.ts";
import { BottleActions } from "./bottle-actions.tsx";
import { LogSection } from "./log-section.tsx";
import { ServicesSection } from "./services-section.tsx";
import { bottleStatus, isOver } from "./status.ts";
import { TriggersSection } from "./triggers-section.tsx";

export default function BottleScreen({ params: { bottleId }, panelId }: PanelProps<{ bottleId: string }>) {
  const bottles = useBottles();
  const bottle = bottles.byId.get(bottleId);
  useCloseWhenGone(bottle !== undefined, bottles.status === "live", panelId);
  if (!bottle) return null;
  return (
    <Screen>
      <div className="mx-auto flex max-w-3xl flex-col gap-4 px-6 py-5">
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="font-semibold text-lg">{bottle.label}</h2>
          <span className="flex items-center gap-1 text-muted">
            <Sign state="isolated" /> {bottle.programName} in a bottle ({bottle.backend})
          </span>
          <span className="flex-1" />
          <StateLine status={bottleStatus(bottle)} />
        </div>
        <BottleActions bottle={bottle} panelId={panelId} />
        {bottle.problem && <ProblemNote problem={bottle.problem} />}
        <TriggersSection bottle={bottle} />
        <ServicesSection services={bottle.services} over={isOver(bottle)} />
        <PlanFacts plan={bottle.plan} />
        <LogSection bottle={bottle} />
      </div>
    </Screen>
  );
}
