/** From Enter on: make the workspace (upload first if need be), wait until it is ready, launch, and show what came of it. */
import type { Isolation } from "#shared/bottles/names.ts";
import type { BottlePlanView } from "#shared/contract/bottles.ts";
import type { WorkspaceMode } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import { openBottle, openTerminal, openWorkspace } from "../app/open.ts";
import { type Client, type Connection, problemFrom } from "../connection/index.ts";
import { showSummary } from "../launches/use-launch.ts";
import type { Lists } from "../live/index.ts";
import { notice } from "../ui/index.ts";
import { type Draft, emptyDraft, useNewWorkspace } from "./draft.ts";
import { uploadFolder } from "./upload.ts";

export type Wanted = {
  draft: Draft;
  name: string;
  mode: WorkspaceMode;
  /** `isolation`: what the form has said it will run in. */
  program: { id: string; name: string; takesPrompt: boolean; isolation: Isolation } | null;
  /** Called when it is shown elsewhere and the form is not needed any more. */
  done: () => void;
};

export async function makeWorkspace(connection: Connection, lists: Lists, wanted: Wanted): Promise<void> {
  const { client } = connection;
  const { draft, program } = wanted;
  let workspaceId: string | null = null;
  try {
    workspaceId = draft.contents ? await upload(connection, wanted) : await create(connection, wanted);
    useNewWorkspace.setState({
      making: { step: "workspace", workspaceId, name: wanted.name, programName: program?.name ?? null },
    });
    await ready(lists, workspaceId);
    if (program) {
      const prompt = program.takesPrompt ? draft.prompt.trim() : "";
      await launch(client, program.isolation, {
        workspaceId,
        programId: program.id,
        ...(prompt === "" ? {} : { prompt }),
      });
    } else {
      openWorkspace(workspaceId);
    }
    useNewWorkspace.setState({ making: null, draft: emptyDraft });
    wanted.done();
  } catch (thrown) {
    const problem = problemFrom(thrown);
    useNewWorkspace.setState({
      making: problem.code === "cancelled" ? null : { step: "failed", problem, workspaceId },
    });
  }
}

type LaunchRequest = { workspaceId: string; programId: string; prompt?: string };

/** As the form has said. A bottle that needs a yes to something of its own, or minutes of preparation, shows its summary first. */
async function launch(client: Client, isolation: Isolation, request: LaunchRequest): Promise<void> {
  if (isolation === "none") {
    const { terminal } = await client.launches.start(request);
    openTerminal(terminal.id);
    return;
  }
  const plan = await client.bottles.prepare({ ...request, backend: isolation });
  if (asksNothing(plan)) {
    const { terminal, bottle } = await client.bottles.launch({ planId: plan.id, confirmations: [], values: {} });
    openTerminal(terminal.id);
    sayWhatIsNotHeld(plan, bottle.id);
    return;
  }
  await client.bottles.discard({ planId: plan.id });
  showSummary(request.workspaceId, { programId: request.programId, prompt: request.prompt ?? "" });
}

/** The summary would have said it before; here it is one click away. */
function sayWhatIsNotHeld({ programName, backend, notEnforced }: BottlePlanView, bottleId: string): void {
  if (notEnforced.length === 0) return;
  const what = notEnforced.length === 1 ? "One thing is" : `${notEnforced.length} things are`;
  notice({
    kind: "done",
    text: `${programName} runs in a bottle (${backend}). ${what} not enforced on this computer.`,
    action: { label: "Show what", run: () => openBottle(bottleId) },
  });
}

function asksNothing({ secretsEntering, prompts, preparation }: BottlePlanView): boolean {
  return secretsEntering.length === 0 && prompts.length === 0 && preparation.length === 0;
}

async function create({ client }: Connection, { draft, name, mode }: Wanted): Promise<string> {
  const branch = draft.branch.trim();
  const startPoint = draft.startPoint.trim();
  const workspace = await client.workspaces.create({
    source: draft.text.trim(),
    mode,
    name,
    ...(branch && mode !== "in-place" ? { branch } : {}),
    ...(startPoint && mode === "worktree" ? { startPoint } : {}),
  });
  return workspace.id;
}

async function upload(connection: Connection, { draft, name }: Wanted): Promise<string> {
  const count = draft.contents?.count;
  if (!count) throw new Failure("conflict", "The folder is still being read");
  const stop = new AbortController();
  const show = (sent: number) =>
    useNewWorkspace.setState({
      making: { step: "upload", name, sent, total: count.bytes, cancel: () => stop.abort() },
    });
  show(0);
  const workspace = await uploadFolder(connection, name, count, { begun: () => {}, sent: show }, stop.signal);
  return workspace.id;
}

/** Resolves when the workspace can be used; throws why it could not be made. */
function ready({ workspaces }: Lists, id: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let known = false;
    const stop = workspaces.subscribe(() => check());
    const finish = (outcome: () => void) => {
      stop();
      outcome();
    };
    const check = () => {
      const { byId, status } = workspaces.getSnapshot();
      const workspace = byId.get(id);
      known ||= workspace !== undefined;
      if (workspace?.state === "ready") finish(resolve);
      else if (workspace?.state === "failed" && workspace.problem) {
        const { problem } = workspace;
        finish(() => reject(Failure.from(problem)));
      } else if (known && workspace === undefined && status === "live") {
        finish(() => reject(new Failure("cancelled", "The workspace was cancelled")));
      }
    };
    check();
  });
}
