/** Launches agent programs, and resumes what they were doing. */
import type { Launch } from "#shared/contract/launches.ts";
import type { AgentProgram } from "#shared/contract/programs.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import { pick } from "../ask.ts";
import { attach } from "../attach/attach.ts";
import type { Main } from "../contract.ts";
import { findTerminal, findWorkspace } from "../find.ts";
import { detail, info } from "../output/index.ts";
import type { Session } from "../session.ts";
import { sizeHere } from "../terminals/size.ts";
import { textOrInput } from "../text-input.ts";
import { closest } from "../usage.ts";
import { backendFor, type Isolated, launchIsolated, refuseForNone, resumeIsolated } from "./isolated.ts";

export type Wanted = {
  program: string | undefined;
  more: readonly string[];
  workspace: string | undefined;
  prompt: string | undefined;
  folder: string | undefined;
  attach: boolean;
} & Isolated;

type Started = { launch: Launch; terminal: Terminal };

export async function launch(session: Session, wanted: Wanted): Promise<number> {
  const main = await session.main();
  const program = await findProgram(session, main, wanted.program);
  const workspace = await findWorkspace(session, wanted.workspace, ({ state }) => state === "ready");
  const prompt = wanted.prompt === undefined ? undefined : await textOrInput(wanted.prompt);
  const backend = await backendFor(main, program, wanted.isolation);
  if (backend !== null) {
    return launchIsolated(session, main, { ...wanted, backend, program, workspaceId: workspace.id, prompt });
  }
  refuseForNone(wanted);
  const size = sizeHere();
  const started = await main.call("launches.start", {
    workspaceId: workspace.id,
    programId: program.id,
    ...(prompt === undefined ? {} : { prompt }),
    ...(wanted.folder === undefined ? {} : { folder: wanted.folder }),
    ...(wanted.more.length === 0 ? {} : { arguments: [...wanted.more] }),
    ...(size === null ? {} : { size }),
  });
  return show(session, started, wanted.attach);
}

/** `wanted`: id of a launch, or anything its terminal is known by. */
export async function resume(
  session: Session,
  wanted: string | undefined,
  options: { attach: boolean; yes: boolean },
): Promise<number> {
  const main = await session.main();
  const id = wanted?.startsWith("launch-") ? wanted : await launchOfTerminal(session, wanted);
  const isolated = await resumeIsolated(session, main, id, options);
  if (isolated !== null) return isolated;
  const size = sizeHere();
  const started = await main.call("launches.resume", { id, ...(size === null ? {} : { size }) });
  return show(session, started, options.attach);
}

async function launchOfTerminal(session: Session, wanted: string | undefined): Promise<string> {
  const found = await findTerminal(session, wanted, ({ alive, launch: of }) => !alive && of !== null);
  if (found.launch !== null) return found.launch.id;
  throw new Failure("not_found", `no agent program was launched in '${found.label}'`, {
    hint: "cellar terminal restart starts its command again.",
  });
}

async function show(session: Session, started: Started, attaching: boolean): Promise<number> {
  const { launch: of, terminal } = started;
  const label = terminal.name ?? of.programName;
  if (attaching) return attach(session, { terminalId: terminal.id, label });
  session.result(started, () => {
    info(`${of.programName} runs in terminal '${label}' (${terminal.id}), on this computer with your rights.`);
    if (of.prompt === "waiting") detail("It is given its prompt as soon as it is ready.");
    return "";
  });
  return 0;
}

async function findProgram(session: Session, main: Main, wanted: string | undefined): Promise<AgentProgram> {
  const { programs } = await main.call("programs.list", {});
  if (wanted === undefined) {
    const found = programs.filter(({ found: where, problem }) => where !== null && problem === null);
    const candidates = found.map((item) => ({
      item,
      name: item.name,
      line: `${item.name}  ${item.found?.version ?? ""}`.trim(),
    }));
    return pick(
      session,
      "program",
      candidates,
      new Failure("unavailable", "No agent program is installed", {
        hint: "cellar launch programs says how to get one.",
      }),
    );
  }
  const program = programs.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted.toLowerCase());
  if (program !== undefined) return program;
  const near = closest(
    wanted,
    programs.map(({ id }) => id),
  );
  throw new Failure("not_found", `there is no agent program '${wanted}'`, {
    hint: near === null ? "cellar launch programs lists them." : `Did you mean ${near}?`,
  });
}
