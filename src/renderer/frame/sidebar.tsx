/** The left side: what needs you, and the tree of workspaces and terminals. */
import { KeyRound, Plus } from "lucide-react";
import { type ReactNode, type RefObject, useMemo, useRef } from "react";
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
import { Button, IconButton, PlacedName, Sign, StateSign } from "../ui/index.ts";
import { vaultStatus } from "../vault/status.ts";
import { Tree } from "./tree.tsx";

/** More than so many scroll, so that the tree keeps its place. */
const needsShown = 4;
/** Of a row, in CSS pixels: who it is and why, in two lines. As much is kept free for the first, so that what stands below does not move for it. */
const needHeight = 42;

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

function Heading({ children, count, action }: { children: string; count?: number; action?: ReactNode }) {
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

function NeedsYou({ hovered }: { hovered: RefObject<boolean> }) {
  const summaries = useTerminalSummaries();
  const workspaces = useWorkspaces().byId;
  const waiting = useMemo(() => summaries.filter(({ needsYou }) => needsYou), [summaries]);
  const asks = useAsks();
  const count = waiting.length + asks.length;
  const height = useSteady(Math.min(Math.max(count, 1), needsShown) * needHeight, hovered);
  return (
    <section aria-label="Needs you" className="shrink-0 border-line border-b pb-1">
      <Heading count={count}>Needs you</Heading>
      <ul className="overflow-y-auto" style={{ height }}>
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
  const { status, label, id } = terminal;
  return (
    <Need sign={<StateSign status={status} />} words={status.words} onClick={() => openTerminal(id)}>
      <PlacedName place={workspace} name={labelIn(label, workspace)} />
    </Need>
  );
}

function AskRow({ ask: { who, words, open } }: { ask: AskOfBottle }) {
  return (
    <Need sign={<Sign state="permission" />} words={words} onClick={open}>
      <span className="block truncate">{who}</span>
    </Need>
  );
}

function Need(props: { sign: ReactNode; words: string; onClick: () => void; children: ReactNode }) {
  const { sign, words, onClick, children } = props;
  return (
    <li>
      <button
        type="button"
        style={{ height: needHeight }}
        className="flex w-full items-start gap-1.5 pt-1 pr-2 pl-3 text-left hover:bg-hover"
        onClick={onClick}
      >
        <span className="mt-px inline-flex size-4 shrink-0 items-center justify-center">{sign}</span>
        <span className="min-w-0 flex-1">
          {children}
          <span className="block truncate text-muted text-sm" data-tip={words}>
            {words}
          </span>
        </span>
      </button>
    </li>
  );
}

/** The height of a list above others, which changes only while nobody is about to click on what stands below it. */
function useSteady(wanted: number, hovered: RefObject<boolean>): number {
  const height = useRef(wanted);
  if (!hovered.current) height.current = wanted;
  return height.current;
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
