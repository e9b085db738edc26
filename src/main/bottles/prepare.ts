/**
 * From what a person asks for to a plan: finds out, validates, and changes nothing. Every backend goes through here, so that none can skip
 * a check; what is particular to it comes from its `plan`.
 */
import { homedir } from "node:os";
import { join, sep } from "node:path";
import type { Git } from "#node/git/index.ts";
import type { BackendName, BottleColour } from "#shared/bottles/names.ts";
import { servicePorts } from "#shared/bottles/names.ts";
import type { BottlePlanView } from "#shared/contract/bottles.ts";
import type { UsageLimits } from "#shared/contract/broker.ts";
import type { Launch } from "#shared/contract/launches.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import { startFolder } from "../launches/index.ts";
import type { LaunchableProgram } from "../programs/index.ts";
import { addedInside } from "./added.ts";
import type { BackendPlan, BottleBackend, BottleLimits, BottleSpec } from "./backend.ts";
import type { BottleReach, BottleServices, PlannedServices } from "./bottle-services.ts";
import { bottleEnvironment, type GitIdentity } from "./environment.ts";
import type { Manifests } from "./manifests/read.ts";
import { type ResolvedManifest, resolveManifest } from "./manifests/resolve.ts";
import type { Plans } from "./plans.ts";
import { type Triggers, triggersIn } from "./triggers.ts";

export type PrepareRequest = {
  workspaceId: string;
  programId: string;
  prompt?: string | undefined;
  arguments?: string[] | undefined;
  backend?: BackendName | undefined;
  agent?: string | undefined;
  /** Default: as in the launch it resumes, else not. */
  drivesTerminals?: boolean | undefined;
  /** Default: as its manifest says or the launch that it resumes did, else not. */
  supervise?: boolean | undefined;
  label?: string | undefined;
  colour?: BottleColour | undefined;
  usageLimits?: Partial<Record<keyof UsageLimits, number | null | undefined>> | undefined;
  resume?: string | undefined;
  /** Default: as in the launch it resumes, else the workspace itself. */
  folder?: string | undefined;
};

/** A plan with what only main knows. */
export type Prepared = {
  view: BottlePlanView;
  request: PrepareRequest;
  /** Where in the workspace it starts. */
  folder: string;
  backend: BottleBackend;
  spec: Omit<BottleSpec, "keptHome">;
  backendPlan: BackendPlan;
  reach: BottleReach;
  manifest: ResolvedManifest;
  identity: GitIdentity | null;
  hostEnvironment: Readonly<Record<string, string>>;
  /** Bottle whose home is used again; null for a new one. */
  homeOf: string | null;
  keepsHome: boolean;
  /** Begun when the plan was made, so that a launch does not wait for it. */
  triggers: Promise<Triggers>;
};

export type PreparerParts = {
  workspaces: { ready(id: string): Promise<Workspace> };
  programs: { launchable(id: string): Promise<LaunchableProgram> };
  services: BottleServices;
  git: Git;
  manifests: Manifests;
  plans: Plans<Prepared>;
  loginEnvironment(): Promise<Record<string, string>>;
  /** Where the bottles' kept homes are. */
  homes: string;
  /** Where Cellar's sockets are. */
  runtime: string;
  usageLimits: UsageLimits;
  /** Throws `unavailable` with the backend's own reason. */
  backend(name: BackendName | undefined): Promise<BottleBackend>;
  /** Whether the bottle of an earlier launch could ask the person. */
  supervised(launchId: string | undefined): boolean;
  /** Home of the bottle of an earlier launch. Throws `not_found`. */
  homeOfLaunch(launchId: string): string;
  launches: { readonly list: { get(id: string): Launch | undefined } };
};

const gibibyte = 1024 ** 3;

/** Plenty for an agent with its compilers and tests, little enough that the computer stays usable. */
const defaultLimits: BottleLimits = {
  memory: 8 * gibibyte,
  processes: 2048,
  fileSize: 8 * gibibyte,
  home: 2 * gibibyte,
  temporary: 2 * gibibyte,
};

export async function prepare(parts: PreparerParts, request: PrepareRequest): Promise<Prepared> {
  const [workspace, program, hostEnvironment] = await Promise.all([
    parts.workspaces.ready(request.workspaceId),
    parts.programs.launchable(request.programId),
    parts.loginEnvironment(),
  ]);
  checkApart(workspace.path, [parts.homes, parts.runtime]);
  const manifest = await resolveManifest(parts.manifests, request.agent ?? null, {
    workspace: workspace.path,
    hostEnvironment,
    home: hostEnvironment["HOME"] ?? homedir(),
  });
  const resumed = request.resume === undefined ? undefined : parts.launches.list.get(request.resume);
  const folder = request.folder ?? resumed?.folder ?? "";
  const drivesTerminals = request.drivesTerminals ?? resumed?.drivesTerminals ?? false;
  checkTakes(program, manifest, drivesTerminals);
  const backend = await parts.backend(request.backend);
  const keepsHome = program.entry.conversation !== undefined;
  const homeOf = request.resume === undefined ? null : parts.homeOfLaunch(request.resume);
  await startFolder(workspace, folder);
  const reach = {
    ...reachOf(workspace, program, manifest),
    supervise: request.supervise ?? (manifest.supervise || parts.supervised(request.resume)),
    drivesTerminals,
    usageLimits: joinLimits(request.usageLimits, manifest.usageLimits ?? parts.usageLimits),
  };
  const spec = {
    workspace,
    program,
    hostEnvironment,
    skills: manifest.skills,
    dockerfile: manifest.dockerfile,
    limits: defaultLimits,
  };
  const keptHome = keepsHome ? join(parts.homes, homeOf ?? "new", "home") : null;
  const [services, backendPlan, identity] = await Promise.all([
    parts.services.plan(reach),
    backend.plan({ ...spec, keptHome }),
    manifest.identity ?? personsIdentity(parts.git, workspace.path),
  ]);
  const kept = {
    request,
    folder,
    backend,
    spec,
    backendPlan,
    reach: { ...reach, brokeredHosts: services.brokeredHosts },
    manifest,
    identity,
    hostEnvironment,
    homeOf,
    keepsHome,
  };
  const triggers = triggersIn(workspace.path);
  return parts.plans.add((id, expiresAt) => ({
    ...kept,
    triggers,
    view: viewOf({ ...kept, services, id, expiresAt }),
  }));
}

/** Throws `invalid_input` for what the program cannot be given at its start. */
function checkTakes({ entry }: LaunchableProgram, manifest: ResolvedManifest, drivesTerminals: boolean): void {
  if (manifest.systemPrompt !== "" && entry.start["system-prompt"] === undefined) {
    throw new Failure("invalid_input", `${entry.name} takes no system prompt, and agent '${manifest.agent}' has one`, {
      hint: "Leave out the text below the agent's front matter, or choose another program.",
    });
  }
  if (drivesTerminals && entry.mcp === undefined) {
    throw new Failure("invalid_input", `${entry.name} cannot be told of Cellar's MCP server when it is started`, {
      hint: "Launch it without driving terminals.",
    });
  }
}

/** What follows from the program and the manifest alone. */
function reachOf(workspace: Workspace, { id, entry }: LaunchableProgram, manifest: ResolvedManifest) {
  return {
    workspaceId: workspace.id,
    programId: id,
    provider: manifest.provider ?? entry.provider ?? null,
    // Not those of routes: a route may allow less than its whole host.
    allowedHosts: [...new Set(entry.network.hosts)],
    routes: manifest.routes,
    gitRepositories: manifest.repositories,
    tellsActivity: entry.command[0] !== "{shell}",
    credential: manifest.credential,
  };
}

/** Each limit for itself: whoever sets the cost has not said anything of tokens. */
function joinLimits(asked: PrepareRequest["usageLimits"], usual: UsageLimits): UsageLimits {
  const { tokens, costMicros } = asked ?? {};
  return {
    tokens: tokens === undefined ? usual.tokens : tokens,
    costMicros: costMicros === undefined ? usual.costMicros : costMicros,
  };
}

/** A bottle that is given Cellar's own files or sockets is none: it could launch another one, or answer for the person. */
function checkApart(workspace: string, own: readonly string[]): void {
  const held = own.find((path) => path === workspace || path.startsWith(workspace + sep));
  if (held === undefined) return;
  throw new Failure(
    "refused",
    `${workspace} holds files of Cellar itself (${held}), and a bottle would be given them`,
    {
      hint: "Make a workspace of the folder that the work is in.",
    },
  );
}

function viewOf(
  plan: Omit<Prepared, "view" | "triggers"> & { services: PlannedServices; id: string; expiresAt: string },
): BottlePlanView {
  const { request, spec, backendPlan, manifest, identity, services, homeOf, keepsHome } = plan;
  const { workspace, program } = spec;
  const own = bottleEnvironment({
    host: plan.hostEnvironment,
    path: backendPlan.path,
    ports: services.services.map((name) => ({ name, port: servicePorts[name] })),
    identity,
  });
  const { supervise, drivesTerminals, tellsActivity } = plan.reach;
  const usesMcp = supervise || drivesTerminals;
  const added = addedInside({ program, brokered: services.brokered, usesMcp, tellsActivity, manifest });
  const names = [
    ...Object.keys(own),
    ...services.environment,
    ...added.variables,
    ...Object.keys(manifest.environment),
  ];
  return {
    id: plan.id,
    workspaceId: workspace.id,
    programId: program.id,
    programName: program.entry.name,
    provider: plan.reach.provider,
    agent: manifest.agent,
    bottle: manifest.bottle,
    backend: plan.backend.name,
    label: request.label?.trim() || `${workspace.name} ${program.id}`,
    colour: request.colour ?? null,
    folder: plan.folder,
    resumes: request.resume ?? null,
    mounts: withHome(backendPlan.mounts, keepsHome, homeOf),
    environment: [...new Set([...names, ...manifest.prompts.map(({ name }) => name)])].sort(),
    skills: manifest.skills.map(({ name }) => name),
    gitIdentity: identity && `${identity.name} <${identity.email}>`,
    gitGate: services.gitGate,
    allowedHosts: services.allowedHosts,
    routes: services.routes,
    onlyBrokered: services.onlyBrokered,
    services: [...services.services].sort(),
    supervise,
    drivesTerminals,
    argumentsAdded: added.arguments,
    filesAdded: [...added.files, ...services.files],
    usageLimits: plan.reach.usageLimits ?? { tokens: null, costMicros: null },
    limits: backendPlan.limits,
    preparation: backendPlan.preparation ?? [],
    notEnforced: [...backendPlan.notEnforced, ...services.notEnforced],
    secretsEntering: manifest.secrets,
    prompts: manifest.prompts,
    home: keepsHome ? "kept" : "private",
    expiresAt: plan.expiresAt,
  };
}

function withHome(mounts: BottlePlanView["mounts"], keeps: boolean, homeOf: string | null): BottlePlanView["mounts"] {
  if (!keeps) return mounts;
  const from = homeOf === null ? "A new folder of the bottle's own" : `The folder of ${homeOf}`;
  return [...mounts, { from, to: "/home/agent", access: "read-write", what: "home, kept for a resume" }];
}

/** Who the person is to git; null when they never said. */
async function personsIdentity(git: Git, workspace: string): Promise<GitIdentity | null> {
  try {
    const repository = git.open(workspace);
    const [name, email] = await Promise.all(
      ["user.name", "user.email"].map((key) => repository.text(["config", "--get", key])),
    );
    return name && email ? { name, email } : null;
  } catch (error) {
    // Without git, or with a configuration it cannot read, nobody commits.
    if (!(error instanceof Failure)) throw error;
    return null;
  }
}
