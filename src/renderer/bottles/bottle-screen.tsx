/** A bottle: how it is, what it used, what stands beside it, what was agreed before its launch, and its log. One section, one file. */
import { type DragEvent, useState } from "react";
import { droppedPaths } from "../app/dropped-paths.ts";
import { UsageSection } from "../broker/index.ts";
import { useConnection } from "../connection/index.ts";
import type { PanelProps } from "../dock/panels.tsx";
import { useCloseWhenGone } from "../dock/use-close-when-gone.ts";
import { GatewaySection, openGateway } from "../gateway/index.ts";
import { GitGateSection } from "../git-gate/index.ts";
import { PlanFacts } from "../launches/summary.tsx";
import { useBottles } from "../live/index.ts";
import { ProposalsSection } from "../supervise/index.ts";
import { ColourMark, ProblemNote, Screen, Sign, StateLine } from "../ui/index.ts";
import { BottleActions, type OpenForm } from "./bottle-actions.tsx";
import { LogSection } from "./log-section.tsx";
import { ServicesSection } from "./services-section.tsx";
import { bottleStatus, isOver } from "./status.ts";
import { TriggersSection } from "./triggers-section.tsx";

export default function BottleScreen({ params: { bottleId }, panelId }: PanelProps<{ bottleId: string }>) {
  const bottles = useBottles();
  const bottle = bottles.byId.get(bottleId);
  const [form, setForm] = useState<OpenForm>(null);
  const drop = useDrop((paths, problem) => setForm({ form: "copy-in", from: paths, note: problem }));
  useCloseWhenGone(bottle !== undefined, bottles.status === "live", panelId);
  if (!bottle) return null;
  return (
    <Screen>
      <div
        className={`mx-auto flex min-h-full max-w-3xl flex-col gap-4 px-6 py-5 ${drop.over ? "outline-2 outline-accent outline-dashed -outline-offset-4" : ""}`}
        {...(bottle.state === "running" ? drop.handlers : {})}
      >
        <div className="flex flex-wrap items-center gap-2">
          <ColourMark colour={bottle.colour} />
          <h2 className="min-w-0 truncate font-semibold text-lg">{bottle.label}</h2>
          <span className="flex min-w-0 items-center gap-1 text-muted">
            <Sign state="isolated" /> {bottle.programName} in a bottle ({bottle.backend})
          </span>
          <span className="flex-1" />
          <StateLine status={bottleStatus(bottle)} />
        </div>
        <BottleActions bottle={bottle} panelId={panelId} open={form} onOpen={setForm} />
        {bottle.state === "unknown" && (
          <p>Whether it still runs is not known: its engine does not answer. Cellar asks again by itself.</p>
        )}
        {bottle.problem && <ProblemNote problem={bottle.problem} />}
        <ProposalsSection bottleId={bottle.id} />
        <TriggersSection bottle={bottle} />
        <UsageSection bottleId={bottle.id} onRequests={() => openGateway(bottle.id, "requests")} />
        <div className="-mx-3">
          <GatewaySection bottleId={bottle.id} />
        </div>
        {bottle.plan.gitGate.length > 0 && <GitGateSection bottleId={bottle.id} />}
        <ServicesSection bottleId={bottle.id} services={bottle.services} over={isOver(bottle)} />
        <PlanFacts plan={bottle.plan} />
        <LogSection bottle={bottle} />
      </div>
    </Screen>
  );
}

/** The page takes files: the window's own target for workspaces leaves them to it (`data-takes-files`). */
function useDrop(onPaths: (paths: readonly string[], problem: string | null) => void) {
  const connection = useConnection();
  const [over, setOver] = useState(false);
  const takes = (event: DragEvent) =>
    event.dataTransfer.types.some((type) => ["Files", "text/uri-list"].includes(type));
  return {
    over,
    handlers: {
      "data-takes-files": true,
      onDragOver(event: DragEvent) {
        if (!takes(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        setOver(true);
      },
      onDragLeave(event: DragEvent) {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      },
      onDrop(event: DragEvent) {
        setOver(false);
        if (!takes(event)) return;
        event.preventDefault();
        const { paths, problem } = droppedPaths(event.dataTransfer, (file) => connection.pathOf(file));
        onPaths(paths, problem);
      },
    },
  };
}
