/** Launching an agent program in a workspace: choose one, say what it shall do, Enter. */
import { useQueryClient } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { type FormEvent, useState } from "react";
import { limitsForLaunch } from "#shared/broker/limit-text.ts";
import type { Problem } from "#shared/contract/base.ts";
import { lowerFirst, workspaceStatus } from "#shared/states.ts";
import { openNewWorkspace, openTerminal, openWorkspace } from "../app/open.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { dock, type PanelProps } from "../dock/panels.tsx";
import { useCloseWhenGone } from "../dock/use-close-when-gone.ts";
import { useSettings, useWorkspaces } from "../live/index.ts";
import {
  Ago,
  Button,
  Empty,
  IconButton,
  orNotice,
  ProblemNote,
  Screen,
  Select,
  sentence,
  TextArea,
} from "../ui/index.ts";
import { AgentChoice } from "./agent-choice.tsx";
import { BottleFields } from "./bottle-fields.tsx";
import { emptyDraft, useLaunchDraft } from "./drafts.ts";
import { IsolationChoice } from "./isolation-choice.tsx";
import { DrivesTerminals, MayAsk } from "./permissions.tsx";
import { MissingPrograms, ProgramList } from "./program-list.tsx";
import { LaunchSummary } from "./summary.tsx";
import { defaultIsolation, useBackends } from "./use-isolations.ts";
import { preferredProgram, usePrograms } from "./use-programs.ts";
import { WorkingFolder } from "./working-folder.tsx";

export default function LaunchScreen({ params, panelId }: PanelProps<{ workspaceId: string }>) {
  const workspaces = useWorkspaces();
  const ready = workspaces.items.filter(({ state }) => state === "ready");
  const [chosen, setChosen] = useState(params.workspaceId);
  const workspace = workspaces.byId.get(chosen) ?? (params.workspaceId === "" ? ready.at(-1) : undefined);
  useCloseWhenGone(workspace !== undefined, workspaces.status === "live", panelId);
  if (workspaces.status === "loading") return null;
  if (!workspace) {
    return (
      <Empty action={<Button onClick={() => openNewWorkspace()}>New workspace</Button>}>
        {ready.length === 0
          ? "An agent program runs in a workspace, and there is none yet."
          : "This workspace does not exist any more."}
      </Empty>
    );
  }
  if (workspace.state !== "ready") {
    return (
      <Empty action={<Button onClick={() => openWorkspace(workspace.id)}>Show {workspace.name}</Button>}>
        {sentence(
          `Nothing can be launched in ${workspace.name}: ${lowerFirst(workspaceStatus(workspace).words)}`,
        ).replace(/\.?$/, ".")}
      </Empty>
    );
  }
  return (
    <Screen>
      <div className="mx-auto max-w-3xl px-6 py-5">
        <div className="mb-4 flex flex-wrap items-center gap-2">
          <h2 className="font-semibold text-lg">Launch in</h2>
          {params.workspaceId === "" ? (
            <Select
              label="Workspace"
              value={workspace.id}
              options={ready.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={setChosen}
            />
          ) : (
            <span className="font-semibold text-lg">{workspace.name}</span>
          )}
          <code className="min-w-0 truncate font-mono text-faint text-sm">{workspace.path}</code>
        </div>
        <LaunchForm workspaceId={workspace.id} draftKey={params.workspaceId} onLaunched={() => dock.close(panelId)} />
      </div>
    </Screen>
  );
}

function LaunchForm(props: { workspaceId: string; draftKey: string; onLaunched: () => void }) {
  const { workspaceId, draftKey, onLaunched } = props;
  const { lastProgramId, launchIsolation } = useSettings();
  const client = useClient();
  const workspaces = useWorkspaces();
  const list = usePrograms();
  const backends = useBackends();
  const [draft, change] = useLaunchDraft(draftKey);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const programs = list.data?.programs ?? [];
  const wanted = programs.find(({ id, found }) => id === draft.programId && found !== null);
  const program = wanted ?? preferredProgram(programs, lastProgramId);

  const isolation = draft.isolation ?? defaultIsolation(backends.data ?? [], launchIsolation, program);

  const start = async (programId: string | undefined) => {
    if (!programId || busy) return;
    if (isolation !== "none") {
      // A limit that cannot be read is said beside its field, and is not taken for none.
      if (limitsForLaunch(draft.limits) === null) return;
      change({ programId, summary: true });
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      const prompt = draft.prompt.trim();
      const { terminal } = await client.launches.start({
        workspaceId,
        programId,
        folder: draft.folder,
        drivesTerminals: draft.drivesTerminals && programs.find(({ id }) => id === programId)?.drivesTerminals === true,
        ...(prompt && program?.prompt !== "none" ? { prompt } : {}),
      });
      openTerminal(terminal.id);
      change(emptyDraft);
      onLaunched();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void start(program?.id);
  };

  if (draft.summary && program) {
    const prompt = draft.prompt.trim();
    return (
      <LaunchSummary
        request={{
          workspaceId,
          programId: program.id,
          ...(isolation === "none" ? {} : { backend: isolation }),
          ...(prompt && program.prompt !== "none" ? { prompt } : {}),
          ...(draft.drivesTerminals && program.drivesTerminals ? { drivesTerminals: true } : {}),
          ...(draft.supervise === null ? {} : { supervise: draft.supervise }),
          ...(draft.folder === "" ? {} : { folder: draft.folder }),
          ...(draft.agent === null ? {} : { agent: draft.agent }),
          ...(draft.label.trim() === "" ? {} : { label: draft.label.trim() }),
          ...(draft.colour === null ? {} : { colour: draft.colour }),
          usageLimits: limitsForLaunch(draft.limits) ?? {},
          ...(draft.resume === null ? {} : { resume: draft.resume }),
        }}
        onBack={() => change({ summary: false, resume: null })}
        onLaunched={() => {
          change(emptyDraft);
          onLaunched();
        }}
      />
    );
  }
  if (list.isPending || backends.isPending)
    return <p className="text-muted">Looking for agent programs on your PATH…</p>;
  if (list.isError) return <ProblemNote problem={problemFrom(list.error)} />;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void start(program?.id);
      }}
    >
      <ProgramList
        programs={programs}
        chosen={program?.id ?? null}
        onChoose={({ id }) => change({ programId: id })}
        onLaunch={({ id }) => void start(id)}
      />
      {program && program.prompt !== "none" && (
        <TextArea
          spellCheck
          label="First prompt (optional)"
          value={draft.prompt}
          rows={3}
          placeholder="What it should do first"
          help={promptHelp[program.prompt]}
          onChange={(event) => change({ prompt: event.target.value })}
          onKeyDown={(event) => {
            // Enter sends, as in the agents themselves; Shift makes a new line.
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            void start(program.id);
          }}
        />
      )}
      <WorkingFolder
        key={workspaceId}
        workspaceId={workspaceId}
        value={draft.folder}
        onChange={(folder) => change({ folder })}
      />
      <IsolationChoice
        backends={backends.data ?? []}
        value={isolation}
        onChange={(chosen) => change({ isolation: chosen })}
      />
      {isolation !== "none" && (
        <>
          <AgentChoice workspaceId={workspaceId} value={draft.agent} onChange={(agent) => change({ agent })} />
          <BottleFields
            draft={draft}
            onChange={change}
            defaultLabel={`${workspaces.byId.get(workspaceId)?.name ?? ""} ${program?.id ?? ""}`.trim()}
          />
          {program?.drivesTerminals && <MayAsk draft={draft} onChange={change} name={program.name} />}
        </>
      )}
      {program?.drivesTerminals && (
        <DrivesTerminals
          inside={isolation !== "none"}
          checked={draft.drivesTerminals}
          onChange={(drivesTerminals) => change({ drivesTerminals })}
          name={program.name}
        />
      )}
      <div className="sticky bottom-0 flex flex-col gap-2 border-line border-t bg-panel py-3">
        {problem && <ProblemNote problem={problem} />}
        <div className="flex items-center gap-2">
          <LaunchButton name={program?.name} busy={busy} isolated={isolation !== "none"} />
          <span className="flex-1" />
          <Checked at={list.data.checkedAt} ownFile={list.data.ownFile} />
        </div>
      </div>
      {list.data.problem && <p className="text-warning">{list.data.problem}</p>}
      <MissingPrograms programs={programs} />
    </form>
  );
}

const promptHelp: Record<string, string> = {
  argument: "Enter launches, Shift+Enter makes a new line.",
  stdin: "Given on its standard input. Enter launches, Shift+Enter makes a new line.",
  paste: "Pasted as soon as it is ready. Enter launches, Shift+Enter makes a new line.",
};

function LaunchButton({ name, busy, isolated }: { name: string | undefined; busy: boolean; isolated: boolean }) {
  return (
    <Button type="submit" look="primary" busy={busy} disabled={name === undefined}>
      {name === undefined ? "Nothing to launch" : isolated ? `Review and launch ${name}` : `Launch ${name}`}
    </Button>
  );
}

function Checked({ at, ownFile }: { at: string; ownFile: string }) {
  const client = useClient();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const refresh = async () => {
    setBusy(true);
    const fresh = await orNotice("Could not look again", client.programs.list({ refresh: true }));
    if (fresh) queries.setQueryData(["programs"], fresh);
    setBusy(false);
  };
  return (
    <span className="flex items-center gap-1 text-faint text-sm" data-tip={`Programs of your own: ${ownFile}`}>
      Looked <Ago at={at} />
      <IconButton label="Look again" disabled={busy} onClick={() => void refresh()}>
        <RefreshCw size={13} aria-hidden />
      </IconButton>
    </span>
  );
}
