/** From an agent's manifest and its bottle's to what a launch needs: checked against the host in a fixed order, first problem first. */
import { stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { UsageLimits } from "#shared/contract/broker.ts";
import { Failure } from "#shared/failure.ts";
import type { GitIdentity } from "../environment.ts";
import type { Manifests } from "./read.ts";
import { type BottleManifest, defaultPushBranches, type EgressRoute, type GitRepository } from "./schema.ts";

export type ResolvedManifest = {
  agent: string | null;
  bottle: string | null;
  provider: string | null;
  systemPrompt: string;
  skills: { name: string; path: string }[];
  /** Variables with their values; those that are asked for at the launch are in `prompts`. */
  environment: Record<string, string>;
  /** Variables among them, or asked for, that are or may be secret. */
  secrets: { name: string; from: string }[];
  prompts: { name: string; text: string }[];
  identity: GitIdentity | null;
  routes: EgressRoute[];
  repositories: GitRepository[];
  supervise: boolean;
  credential: { authToken: string | null; forwardHostCredentials: boolean };
  dockerfile: string | null;
  /** Null where it says nothing of them. */
  usageLimits: UsageLimits | null;
};

export type Host = { workspace: string; hostEnvironment: Readonly<Record<string, string>>; home: string };

const nothing: ResolvedManifest = {
  agent: null,
  bottle: null,
  provider: null,
  systemPrompt: "",
  skills: [],
  environment: {},
  secrets: [],
  prompts: [],
  identity: null,
  routes: [],
  repositories: [],
  supervise: false,
  credential: { authToken: null, forwardHostCredentials: false },
  dockerfile: null,
  usageLimits: null,
};

/** A value that is written down is taken for a secret by the name of its variable. */
const secretName = /^(?!GIT_CONFIG_KEY_\d+$).*(KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH)/i;

/** Without an agent the catalogue's defaults hold. */
export async function resolveManifest(
  manifests: Manifests,
  name: string | null,
  host: Host,
): Promise<ResolvedManifest> {
  if (name === null) return nothing;
  const agent = await manifests.agent(name, host.workspace);
  const bottle = await manifests.bottle(agent.manifest.bottle);
  const skills = (agent.manifest.skills ?? []).map((skill) => ({
    name: skill,
    path: join(host.home, ".claude", "skills", skill),
  }));
  for (const skill of skills) await checkSkill(skill);
  const repositories = (bottle.git?.repos ?? []).map((repository) => ({
    name: repository.name,
    upstream: repository.upstream,
    identityFile: repository.identity_file === undefined ? null : fromHome(repository.identity_file, host.home),
    knownHostKey: repository.known_host_key ?? null,
    push: {
      branches: repository.push ?? defaultPushBranches,
      tags: repository.push_tags ?? [],
      force: repository.force ?? false,
      delete: repository.delete ?? false,
      approve: repository.approve ?? false,
    },
  }));
  for (const repository of repositories) await checkKey(repository);
  const dockerfile = await checkDockerfile(agent.manifest.bottle, bottle, host);
  return {
    agent: name,
    bottle: agent.manifest.bottle,
    provider: bottle.agent_provider?.template ?? null,
    systemPrompt: agent.systemPrompt,
    skills,
    ...resolveEnvironment(bottle.env ?? {}, host.hostEnvironment),
    identity: agent.manifest.git?.user ?? bottle.git?.user ?? null,
    routes: bottle.egress?.routes ?? [],
    repositories,
    supervise: bottle.supervise ?? false,
    credential: {
      authToken: bottle.agent_provider?.auth_token ?? null,
      forwardHostCredentials: bottle.agent_provider?.forward_host_credentials ?? false,
    },
    dockerfile,
    usageLimits: bottle.limits === undefined ? null : limitsOf(bottle.limits),
  };
}

function limitsOf({ tokens, cost }: NonNullable<BottleManifest["limits"]>): UsageLimits {
  return { tokens: tokens ?? null, costMicros: cost === undefined ? null : Math.round(cost * 1e6) };
}

/** `${HOST_VAR}` is the person's, `?question` is asked; anything else is the value. Throws `not_found` for a variable the person has not. */
export function resolveEnvironment(
  env: Readonly<Record<string, string>>,
  host: Readonly<Record<string, string>>,
): Pick<ResolvedManifest, "environment" | "secrets" | "prompts"> {
  const environment: Record<string, string> = {};
  const secrets: ResolvedManifest["secrets"] = [];
  const prompts: ResolvedManifest["prompts"] = [];
  for (const [name, value] of Object.entries(env)) {
    const [, variable] = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(value) ?? [];
    if (variable !== undefined) {
      const found = host[variable];
      if (found === undefined) {
        throw new Failure("not_found", `${name} is to be ${variable} of your environment, which has no such variable`);
      }
      environment[name] = found;
      secrets.push({ name, from: `${variable} of your environment` });
    } else if (value.startsWith("?")) {
      prompts.push({ name, text: value.slice(1).trim() || `Value of ${name}` });
      secrets.push({ name, from: "typed at the launch" });
    } else {
      environment[name] = value;
      if (secretName.test(name)) secrets.push({ name, from: "written in the manifest" });
    }
  }
  return { environment, secrets, prompts };
}

async function checkSkill({ name, path }: { name: string; path: string }): Promise<void> {
  if ((await stat(path).catch(() => null))?.isDirectory()) return;
  throw new Failure(
    "not_found",
    `skill '${name}' not found on host at ${path}. Create it under ~/.claude/skills/, then re-run.`,
  );
}

async function checkKey({ name, identityFile }: { name: string; identityFile: string | null }): Promise<void> {
  if (identityFile === null || (await stat(identityFile).catch(() => null))?.isFile()) return;
  throw new Failure("not_found", `git upstream key file not found for '${name}': ${identityFile}`);
}

async function checkDockerfile(name: string, bottle: BottleManifest, host: Host): Promise<string | null> {
  const said = bottle.agent_provider?.dockerfile;
  if (said === undefined) return null;
  const expanded = fromHome(said, host.home);
  const path = isAbsolute(expanded) ? expanded : join(host.workspace, expanded);
  if ((await stat(path).catch(() => null))?.isFile()) return path;
  throw new Failure("not_found", `agent_provider.dockerfile for bottle '${name}' not found: ${path}`);
}

function fromHome(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;
}
