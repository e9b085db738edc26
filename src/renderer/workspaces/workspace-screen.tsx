/** A workspace as a page: where it is, how it stands to its branch, what runs in it, what changed, and deleting it. */
import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, FolderOpen, GitBranch, Play, Plus, RefreshCw, Trash2 } from "lucide-react";
import { useEffect } from "react";
import type { Workspace, WorkspaceDetails } from "#shared/contract/workspaces.ts";
import { workspaceStatus } from "#shared/states.ts";
import { labelIn } from "#shared/terminals/label.ts";
import { useActions } from "../app/actions.ts";
import { openLaunch, openTerminal, useUi } from "../app/open.ts";
import { problemFrom, useClient, useConnection } from "../connection/index.ts";
import { dock, type PanelProps } from "../dock/panels.tsx";
import { useCloseWhenGone } from "../dock/use-close-when-gone.ts";
import { JobDetails } from "../jobs/job-details.tsx";
import { type TerminalSummary, useJobs, useTerminalSummaries, useWorkspace, useWorkspaces } from "../live/index.ts";
import {
  Ago,
  Button,
  bytes,
  CopyButton,
  counted,
  Empty,
  IconButton,
  ProblemNote,
  StateLine,
  StateSign,
} from "../ui/index.ts";
import { Changes } from "./changes.tsx";
import { DeleteForm } from "./delete-form.tsx";

/** While the page is in view, changes of agents show up by themselves. */
const refreshMs = 5_000;

export default function WorkspaceScreen({
  params: { workspaceId },
  panelId,
  visible,
}: PanelProps<{ workspaceId: string }>) {
  const workspace = useWorkspace(workspaceId);
  const { status } = useWorkspaces();
  useCloseWhenGone(workspace !== undefined, status === "live", panelId);
  if (workspace) return <KnownWorkspace workspace={workspace} visible={visible} />;
  if (status === "loading") return null;
  return <Empty action={<Button onClick={() => dock.close(panelId)}>Close</Button>}>This workspace was deleted.</Empty>;
}

function KnownWorkspace({ workspace, visible }: { workspace: Workspace; visible: boolean }) {
  const client = useClient();
  const deleting = useUi((ui) => ui.deleting === workspace.id);
  const job = useJobs().byId.get(workspace.jobId ?? "");
  const ready = workspace.state === "ready";
  const details = useQuery({
    queryKey: ["details", workspace.id],
    queryFn: () => client.workspaces.details({ id: workspace.id }),
    enabled: ready && visible,
    refetchInterval: visible ? refreshMs : false,
  });
  // A page that was left with its delete form open does not open with it again.
  useEffect(
    () => () => useUi.setState(({ deleting: was }) => ({ deleting: was === workspace.id ? null : was })),
    [workspace.id],
  );
  const status = workspaceStatus(workspace);
  return (
    <div className="@container flex h-full min-h-0 flex-col overflow-auto bg-panel">
      <Head workspace={workspace} details={details.data} onRefresh={() => void details.refetch()} />
      {!ready && (
        <div className="px-4 pb-4">
          {job && workspace.state !== "missing" ? (
            <div className="max-w-2xl">
              <JobDetails job={job} />
            </div>
          ) : (
            <StateLine status={status} />
          )}
          {!job && workspace.problem && <ProblemNote problem={workspace.problem} />}
        </div>
      )}
      {deleting && (
        <div className="max-w-2xl px-4 pb-4">
          <DeleteForm workspace={workspace} />
        </div>
      )}
      {ready && <Terminals workspaceId={workspace.id} />}
      {details.isError && (
        <div className="px-4 pb-3">
          <ProblemNote problem={problemFrom(details.error)} />
        </div>
      )}
      {ready && details.isPending && <p className="px-4 text-muted">Looking at its files…</p>}
      {details.data && <Changes details={details.data} version={details.dataUpdatedAt} />}
    </div>
  );
}

function Head(props: { workspace: Workspace; details: WorkspaceDetails | undefined; onRefresh: () => void }) {
  const { workspace, details, onRefresh } = props;
  const { face } = useConnection();
  const actions = useActions();
  const ready = workspace.state === "ready";
  return (
    <header className="flex shrink-0 flex-col gap-1 px-4 pt-3 pb-3">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="font-semibold text-lg">{workspace.name}</h2>
        <span className="rounded-sm border border-line px-1 text-muted text-sm">{modeWords[workspace.mode]}</span>
        <span className="flex-1" />
        {ready && (
          <>
            <Button look="primary" icon={<Play size={13} aria-hidden />} onClick={() => openLaunch(workspace.id)}>
              Launch…
            </Button>
            <Button icon={<Plus size={13} aria-hidden />} onClick={() => void actions.newShell(workspace.id)}>
              Terminal
            </Button>
            <IconButton label="Look again" onClick={onRefresh}>
              <RefreshCw size={14} aria-hidden />
            </IconButton>
          </>
        )}
        {face === "electron" && (
          <IconButton label="Show its folder" onClick={() => actions.reveal(workspace.path)}>
            <FolderOpen size={14} aria-hidden />
          </IconButton>
        )}
        {workspace.state !== "deleting" && (
          <IconButton label="Delete this workspace…" onClick={() => useUi.setState({ deleting: workspace.id })}>
            <Trash2 size={14} aria-hidden />
          </IconButton>
        )}
      </div>
      <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1 text-muted">
        <Branch workspace={workspace} details={details} />
        {details?.size && (
          <span className="tabular">
            {bytes(details.size.bytes)} in {counted(details.size.files, "file")}
          </span>
        )}
        <span>
          Made <Ago at={workspace.createdAt} />
        </span>
        <span className="flex min-w-0 items-center gap-1">
          <code className="min-w-0 select-text truncate font-mono text-sm">{workspace.path}</code>
          <CopyButton text={workspace.path} label="Copy the path" />
        </span>
      </div>
    </header>
  );
}

const modeWords = { worktree: "worktree", copy: "copy", "in-place": "in place" };

function Branch({ workspace, details }: { workspace: Workspace; details: WorkspaceDetails | undefined }) {
  const branch = details ? details.branch : workspace.branch;
  if (!branch && !details?.head) return workspace.repository === null ? <span>Not a git repository</span> : null;
  const commits = details?.commits ?? [];
  return (
    <>
      <span className="flex min-w-0 items-center gap-1">
        <GitBranch size={13} aria-hidden className="shrink-0" />
        <code className="truncate font-mono text-sm text-text">
          {branch ?? `detached at ${details?.head?.slice(0, 10)}`}
        </code>
      </span>
      {details?.upstream && (
        <span className="tabular flex items-center gap-1.5" data-tip={`Compared with ${details.upstream.name}`}>
          <span className="flex items-center">
            <ArrowUp size={12} aria-hidden />
            {details.upstream.ahead} ahead
          </span>
          <span className="flex items-center">
            <ArrowDown size={12} aria-hidden />
            {details.upstream.behind} behind
          </span>
        </span>
      )}
      {commits.length > 0 && (
        <span
          data-tip={commits
            .slice(0, 12)
            .map(({ hash, subject }) => `${hash.slice(0, 8)} ${subject}`)
            .join("\n")}
        >
          {counted(commits.length, "new commit")}
        </span>
      )}
    </>
  );
}

function Terminals({ workspaceId }: { workspaceId: string }) {
  const terminals = useTerminalSummaries().filter((each) => each.workspaceId === workspaceId);
  if (terminals.length === 0) return null;
  return (
    <ul aria-label="Terminals of this workspace" className="flex shrink-0 flex-wrap gap-1 px-4 pb-3">
      {terminals.map((each) => (
        <TerminalChip key={each.id} terminal={each} />
      ))}
    </ul>
  );
}

function TerminalChip({ terminal }: { terminal: TerminalSummary }) {
  const workspace = useWorkspace(terminal.workspaceId)?.name;
  return (
    <li>
      <button
        type="button"
        className="flex h-6 max-w-64 items-center gap-1 rounded border border-line pr-2 pl-1 hover:bg-hover"
        onClick={() => openTerminal(terminal.id)}
      >
        <StateSign status={terminal.status} />
        <span className={`truncate ${terminal.alive ? "" : "text-muted"}`}>{labelIn(terminal.label, workspace)}</span>
      </button>
    </li>
  );
}
