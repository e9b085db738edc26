/** Launches into a bottle: the summary first, then the yes, then exactly what was shown. */
import { type BackendName, type BottleColour, backendNames, unknownBackend } from "#shared/bottles/names.ts";
import type { BottlePlanView } from "#shared/contract/bottles.ts";
import type { AgentProgram } from "#shared/contract/programs.ts";
import { Failure } from "#shared/failure.ts";
import { needConsent, required } from "../ask.ts";
import { attach } from "../attach/attach.ts";
import { limitsGiven } from "../bottles/limits.ts";
import { planLines } from "../bottles/summary.ts";
import type { Input, Main } from "../contract.ts";
import { info, promptSecret, summary } from "../output/index.ts";
import type { Session } from "../session.ts";
import { sizeHere } from "../terminals/size.ts";

/** Options that only a bottle has. */
export type Isolated = {
  isolation: string | undefined;
  agent: string | undefined;
  label: string | undefined;
  colour: string | undefined;
  cost: string | undefined;
  tokens: string | undefined;
  supervise: boolean;
  dryRun: boolean;
  yes: boolean;
};

/** Null: on this computer. Throws `unavailable` when no bottle can be had although one was asked for. */
export async function backendFor(
  main: Main,
  program: Pick<AgentProgram, "prompt" | "install">,
  isolation: string | undefined,
): Promise<BackendName | null> {
  if (isolation === "none") return null;
  if (isolation !== undefined && isolation !== "bottle") {
    if (!(backendNames as readonly string[]).includes(isolation)) {
      throw new Failure("invalid_input", unknownBackend(isolation));
    }
    return isolation as BackendName;
  }
  if (isolation === undefined) {
    const { settings } = await main.call("settings.get", {});
    // As in the window: a shell is the person themselves at work.
    const shell = program.prompt === "none" && program.install.length === 0;
    if (settings.launchIsolation === "none" || shell) return null;
  }
  const backends = await main.call("bottles.backends", {});
  const preferred = backends.find(({ preferred: first }) => first);
  if (preferred !== undefined) return preferred.name;
  if (isolation === undefined) return null;
  const why = backends.map(({ name, reason }) => `${name}: ${reason ?? "not available"}`).join(" ");
  throw new Failure("unavailable", "No backend for bottles works on this computer", { hint: why });
}

/** What only a bottle has must not be passed over in silence. */
export function refuseForNone({ agent, label, colour, cost, tokens, supervise, dryRun }: Isolated): void {
  const asked = { supervise: supervise || undefined, "dry-run": dryRun || undefined };
  const given = Object.entries({ agent, label, colour, cost, tokens, ...asked });
  const [first] = given.find(([, value]) => value !== undefined) ?? [];
  if (first === undefined) return;
  throw new Failure("invalid_input", `--${first} is only for a launch into a bottle`, {
    hint: "Add --isolation bottle.",
  });
}

type Request = Isolated & {
  backend: BackendName;
  program: Pick<AgentProgram, "id">;
  workspaceId: string;
  prompt: string | undefined;
  folder: string | undefined;
  more: readonly string[];
  attach: boolean;
};

export async function launchIsolated(session: Session, main: Main, wanted: Request): Promise<number> {
  const { agent, label, colour, prompt, more } = wanted;
  const plan = await main.call("bottles.prepare", {
    workspaceId: wanted.workspaceId,
    programId: wanted.program.id,
    backend: wanted.backend,
    usageLimits: limitsGiven(wanted.cost, wanted.tokens),
    ...(wanted.folder === undefined ? {} : { folder: wanted.folder }),
    ...(wanted.supervise ? { supervise: true } : {}),
    ...(prompt === undefined ? {} : { prompt }),
    ...(more.length === 0 ? {} : { arguments: [...more] }),
    ...(agent === undefined ? {} : { agent }),
    ...(label === undefined ? {} : { label }),
    ...(colour === undefined ? {} : { colour: colour as BottleColour }),
  });
  return launchPlan(session, main, plan, wanted);
}

/** Null when that launch was not isolated. */
export async function resumeIsolated(
  session: Session,
  main: Main,
  launchId: string,
  options: { yes: boolean; attach: boolean },
): Promise<number | null> {
  const launches = await main.items("launches.watch", {});
  const launch = launches.find(({ id }) => id === launchId);
  if (launch === undefined || launch.isolation === "none") return null;
  const bottles = await main.items("bottles.watch", {});
  const before = bottles.find(({ launchId: of }) => of === launchId);
  const plan = await main.call("bottles.prepare", {
    workspaceId: launch.workspaceId,
    programId: launch.programId,
    resume: launchId,
    ...(before === undefined ? {} : { label: before.label, backend: before.backend }),
    ...(before?.colour == null ? {} : { colour: before.colour }),
    ...(before?.plan.agent == null ? {} : { agent: before.plan.agent }),
  } satisfies Input<"bottles.prepare">);
  return launchPlan(session, main, plan, { ...options, dryRun: false });
}

async function launchPlan(
  session: Session,
  main: Main,
  plan: BottlePlanView,
  { yes, dryRun, attach: attaching }: { yes: boolean; dryRun: boolean; attach: boolean },
): Promise<number> {
  try {
    if (dryRun) {
      await main.call("bottles.discard", { planId: plan.id });
      session.result(plan, () => planLines(plan).join("\n"));
      return 0;
    }
    summary([`${plan.programName} in a bottle (${plan.backend}), called '${plan.label}':`, ...planLines(plan)]);
    const values = await typed(session, plan);
    await needConsent(session, `Launch ${plan.programName} in this bottle?`, yes);
    const confirmations: string[] = [];
    for (const { name, from } of plan.secretsEntering) {
      await needConsent(session, `May the program read ${name} (${from})?`, yes);
      confirmations.push(name);
    }
    const size = sizeHere();
    const started = await main.call("bottles.launch", {
      planId: plan.id,
      confirmations,
      values,
      ...(size === null ? {} : { size }),
    });
    const { bottle, terminal } = started;
    if (attaching) return attach(session, { terminalId: terminal.id, label: bottle.label });
    session.result(started, () => {
      info(`${bottle.programName} runs in the bottle '${bottle.label}' (${bottle.slug}), terminal ${terminal.id}.`);
      return "";
    });
    return 0;
  } catch (thrown) {
    // Declined or failed: main need not keep it.
    await main.call("bottles.discard", { planId: plan.id }).catch(() => {});
    throw thrown;
  }
}

async function typed(session: Session, { prompts }: BottlePlanView): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { name, text } of prompts) {
    if (!session.interactive) throw required(name);
    values[name] = await promptSecret(name, text);
  }
  return values;
}
