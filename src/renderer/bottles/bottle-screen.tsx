/** A bottle: how it is, what stands beside it, what was agreed before its launch, and its log. */
import { useQuery } from "@tanstack/react-query";
import { SquareTerminal } from "lucide-react";
import type { Bottle, BottleServiceState } from "#shared/contract/bottles.ts";
import { openTerminal } from "../app/open.ts";
import { useClient } from "../connection/index.ts";
import { GitGateSection } from "../git-gate/index.ts";
import { PlanFacts } from "../launches/summary.tsx";
import { useBottles } from "../live/index.ts";
import { dock, type PanelProps } from "../terminals/panels.tsx";
import { useCloseWhenGone } from "../terminals/use-close-when-gone.ts";
import { Button, LogText, orNotice, ProblemNote, Screen, Sign, StateLine, TwoStepButton } from "../ui/index.ts";
import { bottleStatus, isOver } from "./status.ts";

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
        <Actions bottle={bottle} panelId={panelId} />
        {bottle.problem && <ProblemNote problem={bottle.problem} />}
        <Triggers bottle={bottle} />
        <Services services={bottle.services} over={isOver(bottle)} />
        {bottle.plan.gitGate.length > 0 && <GitGateSection bottleId={bottle.id} />}
        <PlanFacts plan={bottle.plan} />
        <Log bottle={bottle} />
      </div>
    </Screen>
  );
}

function Actions({ bottle, panelId }: { bottle: Bottle; panelId: string }) {
  const client = useClient();
  const { id, terminalId } = bottle;
  const over = isOver(bottle);
  const shell = async () => {
    const terminal = await orNotice("Could not open a terminal in the bottle", client.bottles.openTerminal({ id }));
    if (terminal) openTerminal(terminal.id);
  };
  return (
    <div className="flex flex-wrap gap-2">
      {terminalId !== null && <Button onClick={() => openTerminal(terminalId)}>Show its terminal</Button>}
      {bottle.state === "running" && (
        <Button icon={<SquareTerminal size={13} aria-hidden />} onClick={() => void shell()}>
          Shell inside
        </Button>
      )}
      {over ? (
        <TwoStepButton
          confirm="Forget it and its home"
          onConfirm={() => {
            void orNotice("Could not remove the bottle", client.bottles.remove({ id })).then(
              (done) => done && dock.close(panelId),
            );
          }}
        >
          Remove
        </TwoStepButton>
      ) : (
        <TwoStepButton
          confirm="End everything in it"
          onConfirm={() => void orNotice("Could not close the bottle", client.bottles.close({ id }))}
        >
          Close
        </TwoStepButton>
      )}
    </div>
  );
}

function Triggers({ bottle: { changedTriggers } }: { bottle: Bottle }) {
  if (changedTriggers.length === 0) return null;
  return (
    <section aria-label="Files this computer may run" className="rounded border border-line px-2.5 py-2">
      <h3 className="font-medium text-sm text-warning">
        Look at these before you open the workspace in an editor or shell
      </h3>
      <p className="text-muted">
        The bottle has made or changed them, and programs of this computer run what they say.
      </p>
      <ul className="mt-1">
        {changedTriggers.map((path) => (
          <li key={path}>
            <code className="select-text font-mono text-sm">{path}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Services({ services, over }: { services: readonly BottleServiceState[]; over: boolean }) {
  if (over) return null;
  return (
    <section aria-label="Services">
      <h3 className="font-medium text-muted text-sm">Services</h3>
      {services.length === 0 ? (
        <p>None: nothing outside can be reached.</p>
      ) : (
        <ul>
          {services.map(({ name, state, port, detail }) => (
            <li key={name} className="flex h-7 items-center gap-2">
              <Sign state={state === "up" ? "running" : state === "down" ? "failed" : "unknown"} />
              <span>{name}</span>
              <span className="text-muted">{serviceWords[state]}</span>
              <code className="font-mono text-faint text-sm">127.0.0.1:{port}</code>
              {detail && <span className="truncate text-muted">{detail}</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const serviceWords = { up: "Up", down: "Down", unknown: "Unknown" } as const;

function Log({ bottle: { id, state } }: { bottle: Bottle }) {
  const client = useClient();
  const log = useQuery({ queryKey: ["bottle-log", id, state], queryFn: () => client.bottles.log({ id }) });
  if (!log.data) return null;
  return (
    <section aria-label="Log">
      <h3 className="font-medium text-muted text-sm">Log</h3>
      <LogText label="Log of the bottle">{log.data.lines.join("\n")}</LogText>
    </section>
  );
}
