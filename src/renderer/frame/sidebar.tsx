/** The left side: what needs you, and the tree of workspaces and terminals. */
import { KeyRound, Plus } from "lucide-react";
import { useMemo, useRef } from "react";
import { labelIn } from "#shared/terminals/label.ts";
import { openNewWorkspace, openTerminal, openVault } from "../app/open.ts";
import { BottleList } from "../bottles/bottle-list.tsx";
import {
  ownWorkspace,
  type TerminalSummary,
  useTerminalSummaries,
  useVaultState,
  useWorkspaces,
} from "../live/index.ts";
import { type AskOfBottle, useAsks } from "../running/asks.ts";
import { Button, IconButton, Sign, StateSign } from "../ui/index.ts";
import { vaultStatus } from "../vault/status.ts";
import { Tree } from "./tree.tsx";

/** More than so many scroll, so that the tree keeps its place. */
const needsShown = 5;

export function Sidebar() {
  const hovered = useRef(false);
  return (
    <div
      className="flex min-h-0 flex-1 flex-col pb-1"
      onPointerEnter={() => {
        hovered.current = true;
      }}
      onPointerLeave={() => {
        hovered.current = false;
      }}
    >
      <NeedsYou hovered={hovered} />
      <Workspaces />
      <BottleList />
      <VaultRow />
    </div>
  );
}

function VaultRow() {
  const status = vaultStatus(useVaultState());
  return (
    <button
      type="button"
      className="flex h-7 shrink-0 items-center gap-1.5 border-line border-t pr-2 pl-3 text-left hover:bg-hover"
      onClick={() => openVault()}
    >
      <KeyRound size={13} aria-hidden className="shrink-0 text-faint" />
      <span className="flex-1">Vault</span>
      <span className="text-muted text-sm">{status.short}</span>
    </button>
  );
}

function Heading({ children, count, action }: { children: string; count?: number; action?: React.ReactNode }) {
  return (
    <div className="flex h-8 shrink-0 items-center gap-2 pr-1.5 pl-3">
      <h2 className="flex-1 font-semibold text-muted text-xs uppercase tracking-wide">
        {children}
        {count !== undefined && count > 0 && <span className="tabular ml-1.5 text-attention">{count}</span>}
      </h2>
      {action}
    </div>
  );
}

function NeedsYou({ hovered }: { hovered: React.RefObject<boolean> }) {
  const summaries = useTerminalSummaries();
  const workspaces = useWorkspaces().byId;
  const waiting = useMemo(() => summaries.filter(({ needsYou }) => needsYou), [summaries]);
  const asks = useAsks();
  const count = waiting.length + asks.length;
  const rows = useSteadyRows(Math.min(Math.max(count, 1), needsShown), hovered);
  return (
    <section aria-label="Needs you" className="shrink-0 border-line border-b pb-1">
      <Heading count={count}>Needs you</Heading>
      <ul className="overflow-y-auto" style={{ height: rows * 28 }}>
        {count === 0 && <li className="flex h-7 items-center pl-3 text-faint">Nothing right now</li>}
        {waiting.map((each) => (
          <NeedsYouRow key={each.id} terminal={each} workspace={workspaces.get(each.workspaceId ?? "")?.name} />
        ))}
        {asks.map((ask) => (
          <AskRow key={ask.key} ask={ask} />
        ))}
      </ul>
    </section>
  );
}

function NeedsYouRow({ terminal, workspace }: { terminal: TerminalSummary; workspace: string | undefined }) {
  return (
    <li>
      <button
        type="button"
        className="flex h-7 w-full items-center gap-1.5 pr-2 pl-3 text-left hover:bg-hover"
        onClick={() => openTerminal(terminal.id)}
      >
        <StateSign status={terminal.status} />
        <span className="max-w-[60%] shrink-0 truncate">
          {workspace && <span className="text-muted">{workspace} · </span>}
          {labelIn(terminal.label, workspace)}
        </span>
        <span className="min-w-0 flex-1 truncate text-right text-muted text-sm">{terminal.status.words}</span>
      </button>
    </li>
  );
}

function AskRow({ ask: { who, words, open } }: { ask: AskOfBottle }) {
  return (
    <li>
      <button
        type="button"
        data-tip={`${who} ${words}`}
        className="flex h-7 w-full items-center gap-1.5 pr-2 pl-3 text-left hover:bg-hover"
        onClick={open}
      >
        <span className="inline-flex size-4 shrink-0 items-center justify-center">
          <Sign state="permission" />
        </span>
        <span className="min-w-0 shrink truncate text-muted">{who}</span>
        <span className="min-w-[55%] flex-1 truncate">{words}</span>
      </button>
    </li>
  );
}

/** The height of a list above others, which changes only while nobody is about to click on what stands below it. */
function useSteadyRows(wanted: number, hovered: React.RefObject<boolean>): number {
  const rows = useRef(wanted);
  if (!hovered.current) rows.current = wanted;
  return rows.current;
}

function Workspaces() {
  const workspaces = useWorkspaces();
  const terminals = useTerminalSummaries();
  const empty = workspaces.status !== "loading" && workspaces.items.length === 0 && terminals.length === 0;
  return (
    <section aria-label="Workspaces" className="flex min-h-0 flex-1 flex-col pt-1">
      <Heading
        action={
          ownWorkspace === null && (
            <IconButton label="New workspace" onClick={() => openNewWorkspace()}>
              <Plus size={14} aria-hidden />
            </IconButton>
          )
        }
      >
        {ownWorkspace === null ? "Workspaces" : "Workspace"}
      </Heading>
      {empty ? (
        <div className="flex flex-col items-start gap-2 px-3 py-1 text-muted">
          <p>Drop a repository on the window, and an agent can work in it.</p>
          <Button small onClick={() => openNewWorkspace()}>
            New workspace
          </Button>
        </div>
      ) : (
        <Tree />
      )}
    </section>
  );
}
