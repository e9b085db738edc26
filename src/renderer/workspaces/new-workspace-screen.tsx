/** Making a workspace: say where it comes from, see what was found, Enter. Everything has a default, so that a drop and Enter are enough. */
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { WorkspaceMode } from "#shared/contract/workspaces.ts";
import { openWorkspace, useUi } from "../app/open.ts";
import { useConnection } from "../connection/index.ts";
import { dock, type PanelProps, panelFocusAttribute } from "../dock/panels.tsx";
import { useDefaultIsolation } from "../launches/use-isolations.ts";
import { preferredProgram, usePrograms } from "../launches/use-programs.ts";
import { Where } from "../launches/where.tsx";
import { useLists, useSettings, useWorkspaces } from "../live/index.ts";
import { Button, Choices, ProblemNote, Screen, sentence, TextField } from "../ui/index.ts";
import {
  changeDraft,
  type Draft,
  effectiveMode,
  effectiveName,
  emptyDraft,
  nameError,
  useNewWorkspace,
} from "./draft.ts";
import { Found, FoundContents } from "./found.tsx";
import { LinkOffer } from "./link-offer.tsx";
import { makeWorkspace } from "./make.ts";
import { MakingView } from "./making-view.tsx";
import { BranchFields, modeChoices } from "./mode-fields.tsx";
import { SourceField } from "./source-field.tsx";
import { StartWith } from "./start-with.tsx";
import { sourceError, useContentsCount, useInspection } from "./use-source.ts";

export default function NewWorkspaceScreen({ panelId }: PanelProps<Record<never, never>>) {
  useDroppedSources();
  const { draft, making } = useNewWorkspace();
  const waiting = useUi((ui) => ui.newWorkspaceSources.length);
  return (
    <Screen>
      <div className="mx-auto max-w-xl px-6 py-5">
        <h2 className="mb-4 font-semibold text-lg">
          New workspace
          {waiting > 0 && <span className="ml-2 font-normal text-base text-muted">{waiting} more dropped</span>}
          {waiting > 0 && !making && (
            <Button small look="quiet" onClick={() => useNewWorkspace.setState({ draft: emptyDraft })}>
              Skip this one
            </Button>
          )}
        </h2>
        {making && making.step !== "failed" ? (
          <MakingView making={making} />
        ) : draft.offered !== null ? (
          <LinkOffer source={draft.offered} />
        ) : (
          <NewWorkspaceForm draft={draft} panelId={panelId} />
        )}
      </div>
    </Screen>
  );
}

/** Takes the next dropped source into the form as soon as the form is free. */
function useDroppedSources(): void {
  const sources = useUi((ui) => ui.newWorkspaceSources);
  const { making, behind, draft } = useNewWorkspace();
  useEffect(() => {
    const [next, ...rest] = sources;
    if (!next || (making && making.step !== "failed")) return;
    if (draft.queued && sources === behind) return;
    useUi.setState({ newWorkspaceSources: rest });
    useNewWorkspace.setState({ behind: rest });
    const { programId } = useNewWorkspace.getState().draft;
    const kept = { ...emptyDraft, dropped: true, queued: true, programId };
    if (next.kind === "text") useNewWorkspace.setState({ draft: { ...kept, text: next.text }, making: null });
    else if (next.kind === "link") {
      useNewWorkspace.setState({ draft: { ...kept, offered: next.text, dropped: false }, making: null });
    } else {
      const contents = { entry: next.entry, count: null, problem: null };
      useNewWorkspace.setState({ draft: { ...kept, contents }, making: null });
    }
  }, [sources, making, behind, draft.queued]);
}

function NewWorkspaceForm({ draft, panelId }: { draft: Draft; panelId: string }) {
  const connection = useConnection();
  const lists = useLists();
  const { making } = useNewWorkspace();
  const settings = useSettings();
  const programList = usePrograms();
  const programs = programList.data?.programs ?? [];
  const taken = useWorkspaces().items.map(({ name }) => name);
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const submitButton = useRef<HTMLButtonElement>(null);
  const hasty = useRef(false);
  const inspection = useInspection(draft.text);
  const reading = useContentsCount(draft);
  const found = draft.contents ? null : inspection.found;

  const possible: readonly WorkspaceMode[] = draft.contents ? ["copy"] : (found?.modes ?? []);
  const mode = effectiveMode(draft.mode, possible, settings.defaultWorkspaceMode);
  const location = draft.contents?.entry.name ?? draft.text;
  const known = draft.contents ? true : found !== null;
  const name = effectiveName(draft.name, found, location, taken);
  const wrongName = nameError(name, taken);
  const program =
    draft.programId === "none"
      ? null
      : (programs.find(({ id, found: there }) => id === draft.programId && there) ??
        preferredProgram(programs, settings.lastProgramId));
  const isolation = useDefaultIsolation(program ?? undefined);
  // Enter means what the button says, and that is not known before the agents and where they run are.
  const looking = draft.programId !== "none" && (programList.isPending || isolation === null);
  const canSubmit =
    known && mode !== null && wrongName === null && !looking && (!draft.contents || draft.contents.count !== null);

  // A drop, then Enter: the form takes the keyboard until the button can be pressed, and remembers an Enter that came too early.
  useEffect(() => {
    if (!draft.dropped) return;
    if (!canSubmit) {
      form.current?.focus({ preventScroll: true });
      return;
    }
    submitButton.current?.focus({ preventScroll: true });
    changeDraft({ dropped: false });
    if (hasty.current) form.current?.requestSubmit();
    hasty.current = false;
  }, [canSubmit, draft.dropped]);
  const rememberEnter = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key === "Enter" && event.target === form.current) hasty.current = true;
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!canSubmit || mode === null) return;
    void makeWorkspace(connection, lists, {
      draft,
      name,
      mode,
      program:
        program && isolation
          ? { id: program.id, name: program.name, takesPrompt: program.prompt !== "none", isolation }
          : null,
      done: () => {
        if (useUi.getState().newWorkspaceSources.length === 0) dock.close(panelId);
      },
    });
  };

  return (
    <form
      ref={form}
      className="flex flex-col gap-4 outline-none"
      tabIndex={-1}
      {...(draft.dropped ? { [panelFocusAttribute]: "" } : {})}
      onKeyDown={rememberEnter}
      onSubmit={submit}
    >
      {draft.contents ? (
        <>
          <FoundContents name={draft.contents.entry.name} count={draft.contents.count} reading={reading} />
          {draft.contents.problem && <ProblemNote problem={draft.contents.problem} />}
          <Button look="quiet" small className="-ml-2 self-start" onClick={() => changeDraft({ contents: null })}>
            Use a path or URL instead
          </Button>
        </>
      ) : (
        <>
          <SourceField
            value={draft.text}
            onChange={(text) => changeDraft({ text, mode: null, name: null })}
            error={sourceError(draft.text, inspection.problem, tried)}
          />
          {inspection.looking && <p className="text-muted">Looking at it…</p>}
          {found && <Found inspection={found} />}
          {found?.existing && <Existing workspaceId={found.existing} />}
        </>
      )}
      {known && (
        <>
          {!draft.contents && found && (
            <Choices
              label="Work in"
              value={mode}
              choices={modeChoices(found)}
              onChange={(chosen) => changeDraft({ mode: chosen })}
            />
          )}
          <TextField
            label="Name"
            value={name}
            maxLength={60}
            error={draft.name !== null || tried ? wrongName && sentence(wrongName) : null}
            onChange={(event) => changeDraft({ name: event.target.value })}
          />
          {mode === "worktree" && found?.git && <BranchFields draft={draft} name={name} inspection={found} />}
          {looking && <p className="text-muted">Looking for agent programs on your PATH…</p>}
          <StartWith draft={draft} program={program} programs={programs} />
          {/* In sight with the button: what Enter does, and what it launches it with. */}
          <div className="sticky bottom-0 -mb-5 flex flex-col gap-2 border-line border-t bg-panel py-3">
            {program && <Where program={program} />}
            {making?.step === "failed" && <ProblemNote problem={making.problem} />}
            <div className="flex items-center gap-2">
              <Button ref={submitButton} type="submit" look="primary" disabled={!canSubmit}>
                {program ? `Create and launch ${program.name}` : "Create workspace"}
              </Button>
              {making?.step === "failed" && making.workspaceId && (
                <Button onClick={() => making.workspaceId && openWorkspace(making.workspaceId)}>
                  Show what was made
                </Button>
              )}
            </div>
          </div>
        </>
      )}
    </form>
  );
}

function Existing({ workspaceId }: { workspaceId: string }) {
  const name = useWorkspaces().byId.get(workspaceId)?.name;
  return (
    <div className="flex items-center gap-2">
      <p className="text-muted">This folder is already in the workspace {name ? `'${name}'` : "of another name"}.</p>
      <Button small onClick={() => openWorkspace(workspaceId)}>
        Open it
      </Button>
    </div>
  );
}
