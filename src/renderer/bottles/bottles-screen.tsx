/** Every bottle of every backend: those that run with what they use, those that have ended, and what earlier ones left behind. */
import { useState } from "react";
import type { Bottle } from "#shared/contract/bottles.ts";
import type { BrokerUsage } from "#shared/contract/broker.ts";
import { openBottle, openLaunch, openTerminal } from "../app/open.ts";
import { useClient } from "../connection/index.ts";
import { useBottles, useTerminalSummaries, useUsages, useWorkspaces } from "../live/index.ts";
import {
  Ago,
  Button,
  ColourMark,
  ContextMenu,
  Elapsed,
  Empty,
  inputClass,
  type MenuItem,
  orNotice,
  Screen,
  StateSign,
  TwoStepButton,
} from "../ui/index.ts";
import { ResumeButton } from "./bottle-actions.tsx";
import { CostCell } from "./cost-cell.tsx";
import { Leftovers } from "./leftovers.tsx";
import { active, ended, matching, runningWords } from "./order.ts";
import { agentStatus } from "./status.ts";

/** Ended ones that are shown before the rest is asked for. */
const endedShown = 20;

export default function BottlesScreen() {
  const { items, status } = useBottles();
  const workspaces = useWorkspaces().byId;
  const usages = useUsages().byId;
  const [text, setText] = useState("");
  const [all, setAll] = useState(false);
  if (status === "loading") return null;
  const workspaceOf = ({ workspaceId }: Bottle) => workspaces.get(workspaceId)?.name ?? "";
  const found = matching(items, text, workspaceOf);
  const running = active(found);
  const over = ended(found);
  if (items.length === 0) {
    return (
      <Screen>
        <div className="flex min-h-full flex-col">
          <div className="flex flex-1 flex-col justify-center">
            <Empty action={<Button onClick={() => openLaunch()}>Launch an agent program</Button>}>
              No bottle yet. An agent program that is launched in a bottle sees its workspace and little else.
            </Empty>
          </div>
          <div className="mx-auto w-full max-w-4xl px-6 pb-5 empty:hidden">
            <Leftovers />
          </div>
        </div>
      </Screen>
    );
  }
  const most = Math.max(0, ...running.map(({ id }) => usages.get(id)?.cost.micros ?? 0));
  return (
    <Screen>
      <div className="mx-auto flex max-w-4xl flex-col gap-5 px-6 py-5">
        <div className="flex flex-wrap items-center gap-3">
          <h2 className="flex-1 font-semibold text-lg">Bottles</h2>
          <input
            value={text}
            aria-label="Filter bottles"
            placeholder="Label, program, workspace"
            spellCheck={false}
            autoComplete="off"
            className={`${inputClass} max-w-56`}
            onChange={(event) => setText(event.target.value)}
          />
          <Button onClick={() => openLaunch()}>Launch…</Button>
        </div>
        <section aria-label="Running bottles">
          <h3 className="font-medium text-muted text-sm">{runningWords(running)}</h3>
          {running.length > 0 && (
            <BottleTable label="Running bottles" time="Runs for" actions="w-20">
              {running.map((bottle) => (
                <Row key={bottle.id} bottle={bottle} usage={usages.get(bottle.id)} most={most} />
              ))}
            </BottleTable>
          )}
        </section>
        {over.length > 0 && (
          <section aria-label="Ended bottles">
            <h3 className="font-medium text-muted text-sm">{over.length} ended</h3>
            <BottleTable label="Ended bottles" time="Ended" actions="w-44">
              {(all ? over : over.slice(0, endedShown)).map((bottle) => (
                <Row key={bottle.id} bottle={bottle} usage={usages.get(bottle.id)} most={0} />
              ))}
            </BottleTable>
            {!all && over.length > endedShown && (
              <Button small look="quiet" onClick={() => setAll(true)}>
                Show all {over.length}
              </Button>
            )}
          </section>
        )}
        <Leftovers />
      </div>
    </Screen>
  );
}

/** Columns that a narrow panel does without; the bottle's page has them. */
const wide = "@max-[700px]:hidden";
const widest = "@max-[860px]:hidden";

/** `actions`: width of the last column, which has more to hold where bottles have ended. */
function BottleTable(props: { label: string; time: string; actions: string; children: React.ReactNode }) {
  const { label, time, actions, children } = props;
  return (
    <table aria-label={label} className="w-full table-fixed border-collapse text-left">
      <thead>
        <tr className="border-line border-b text-faint text-sm">
          <th scope="col" className="h-7 pr-3 font-medium">
            Bottle
          </th>
          <th scope="col" className={`w-32 pr-3 font-medium ${wide}`}>
            Workspace
          </th>
          <th scope="col" className={`w-24 pr-3 font-medium ${widest}`}>
            Backend
          </th>
          <th scope="col" className="w-24 pr-3 text-right font-medium">
            {time}
          </th>
          <th scope="col" className="w-24 pr-3 text-right font-medium">
            Cost
          </th>
          <th scope="col" className={actions}>
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

type RowProps = { bottle: Bottle; usage: BrokerUsage | undefined; most: number };

function Row({ bottle, usage, most }: RowProps) {
  const client = useClient();
  const workspace = useWorkspaces().byId.get(bottle.workspaceId)?.name;
  const terminal = useTerminalSummaries().find(({ id }) => id === bottle.terminalId);
  const { id, terminalId, endedAt, startedAt, label } = bottle;
  const over = endedAt !== null;
  const menu = (): MenuItem[] => [
    { label: "Open its page", run: () => openBottle(id) },
    ...(terminalId === null ? [] : [{ label: "Show its terminal", run: () => openTerminal(terminalId) }]),
  ];
  return (
    <ContextMenu items={menu}>
      <tr className="h-8 border-line border-b hover:bg-hover">
        <th scope="row" className="pr-3 font-normal">
          <span className="flex min-w-0 items-center gap-1.5">
            <StateSign status={agentStatus(bottle, terminal?.status, usage)} />
            <ColourMark colour={bottle.colour} />
            <button
              type="button"
              className="min-w-0 shrink truncate rounded text-left hover:underline"
              onClick={() => openBottle(id)}
            >
              {label}
            </button>
            <span className={`min-w-12 shrink-[2] truncate text-muted text-sm ${widest}`}>{bottle.programName}</span>
          </span>
        </th>
        <td className={`truncate pr-3 text-muted ${wide}`}>{workspace ?? "gone"}</td>
        <td className={`truncate pr-3 text-muted text-sm ${widest}`}>{bottle.backend}</td>
        <td className="tabular truncate pr-3 text-right text-muted text-sm">
          {endedAt !== null ? (
            <Ago at={endedAt} />
          ) : bottle.state === "unknown" ? (
            "Unknown"
          ) : (
            <Elapsed since={startedAt} />
          )}
        </td>
        <td className="pr-3">
          <CostCell usage={usage} most={most} />
        </td>
        <td>
          <span className="flex flex-wrap justify-end gap-1">
            {over ? (
              <>
                <ResumeButton bottle={bottle} small />
                <TwoStepButton
                  small
                  aria-label={`Remove ${label}`}
                  confirm="Forget it"
                  onConfirm={() => void orNotice("Could not remove the bottle", client.bottles.remove({ id }))}
                >
                  Remove
                </TwoStepButton>
              </>
            ) : (
              terminalId !== null && (
                <Button small look="quiet" aria-label={`Attach to ${label}`} onClick={() => openTerminal(terminalId)}>
                  Attach
                </Button>
              )
            )}
          </span>
        </td>
      </tr>
    </ContextMenu>
  );
}
