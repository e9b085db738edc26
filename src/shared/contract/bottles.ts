/**
 * Bottles: an agent program started where it sees its workspace and little else, and reaches only what is allowed.
 *
 * A launch into a bottle has two steps. `prepare` finds out everything and changes nothing; its plan is what the launch summary shows.
 * `launch` takes the plan by its id, once, and does what was shown.
 */
import { z } from "zod";
import { backendNames, bottleColours, longestLabel, serviceNames } from "../bottles/names.ts";
import {
  absolutePath,
  bottleId,
  done,
  folderInside,
  launchId,
  liveList,
  planId,
  problem,
  procedure,
  programId,
  terminalId,
  terminalSize,
  textInputBytes,
  timestamp,
  workspaceId,
} from "./base.ts";
import { usageLimits } from "./broker.ts";
import { launch } from "./launches.ts";
import { terminal } from "./terminals.ts";

export const backendName = z.enum(backendNames);
export const serviceName = z.enum(serviceNames);

/** A backend, and whether it works on this computer. */
export const bottleBackend = z.strictObject({
  name: backendName,
  /** What it is, in one line. */
  summary: z.string(),
  available: z.boolean(),
  /** Why it does not work here, as one sentence with the way out; null when it does. */
  reason: z.string().nullable(),
  /** The command within the reason that makes it work, where one is enough. */
  repair: z.string().nullable(),
  /** Launches use it unless told otherwise: the first that works here. */
  preferred: z.boolean(),
});
export type BottleBackendView = z.infer<typeof bottleBackend>;

/** A host path that is visible inside. */
export const bottleMount = z.strictObject({
  /** Path on the host. */
  from: z.string(),
  /** Path inside; nearly always the same. */
  to: z.string(),
  access: z.enum(["read-only", "read-write"]),
  /** Why it is there, in a few words. */
  what: z.string(),
});
export type BottleMount = z.infer<typeof bottleMount>;

/** A limit, and whether this backend can hold the bottle to it on this computer. */
export const bottleLimit = z.strictObject({
  name: z.enum(["memory", "processes", "processors", "file-size", "home", "temporary"]),
  /** The value with its unit, as it is shown. */
  value: z.string(),
  /** `each`: for every process, not for the bottle as a whole. */
  enforced: z.enum(["bottle", "each", "no"]),
});
export type BottleLimit = z.infer<typeof bottleLimit>;

/** What will be launched: the page before the launch. Names only; no value of any variable is in it. */
export const bottlePlan = z.strictObject({
  id: planId,
  workspaceId,
  programId,
  programName: z.string(),
  /** The provider of the program's model, by name; null when it has none. */
  provider: z.string().nullable(),
  /** Manifests it comes from; null where the catalogue's defaults are used. */
  agent: z.string().nullable(),
  bottle: z.string().nullable(),
  backend: backendName,
  label: z.string(),
  colour: z.enum(bottleColours).nullable(),
  /** Where in the workspace it starts; empty: in the workspace itself. */
  folder: z.string().default(""),
  /** The launch whose conversation and home it continues. */
  resumes: launchId.nullable(),
  mounts: z.array(bottleMount),
  /** Names of the variables set inside, sorted. */
  environment: z.array(z.string()),
  skills: z.array(z.string()),
  gitIdentity: z.string().nullable(),
  /** `name → host:port` per repository behind the git gate. */
  gitGate: z.array(z.string()),
  /** Hosts that may be reached, as the gateway reads them. */
  allowedHosts: z.array(z.string()),
  /** `host [auth:scheme]` per route of the broker; the credential stays outside. */
  routes: z.array(z.string()),
  /** Hosts that are reached through the broker's routes only: the gateway refuses them, unless a rule of the person's own names just them. */
  onlyBrokered: z.array(z.string()).default([]),
  services: z.array(serviceName),
  /** The program may ask the person for a host, a capability or a decision. */
  supervise: z.boolean().default(false),
  /** The program is told of Cellar's MCP server, and may start, read and type into terminals in its own bottle. */
  drivesTerminals: z.boolean().default(false),
  /** Arguments that Cellar adds to the program's own, as its catalogue entry has them. */
  argumentsAdded: z.array(z.string()).default([]),
  /** Files that Cellar puts into the home inside. */
  filesAdded: z.array(z.string()).default([]),
  /** What it may use at its provider; the broker refuses what is beyond. */
  usageLimits: usageLimits.default({ tokens: null, costMicros: null }),
  limits: z.array(bottleLimit),
  /** What has to be fetched or built before it starts, in plain words. */
  preparation: z.array(z.string()).default([]),
  /** What keeps the program from nothing on this computer with this backend, in plain words. */
  notEnforced: z.array(z.string()),
  /** Secrets that the manifest puts into the environment itself. Each needs a yes of its own (`confirmations` of `launch`). */
  secretsEntering: z.array(z.strictObject({ name: z.string(), from: z.string() })),
  /** Variables whose value has to be typed at the launch. */
  prompts: z.array(z.strictObject({ name: z.string(), text: z.string() })),
  /** Whether the home inside is kept for a later resume, or gone with the bottle. */
  home: z.enum(["kept", "private"]),
  expiresAt: timestamp,
});
export type BottlePlanView = z.infer<typeof bottlePlan>;

export const bottleService = z.strictObject({
  name: serviceName,
  /** `unknown`: Cellar has just started and has not asked yet. */
  state: z.enum(["up", "down", "unknown"]),
  port: z.int(),
  detail: z.string().nullable(),
});
export type BottleServiceState = z.infer<typeof bottleService>;

/**
 * starting → running → ended; `failed` when it never came to run and not all of it could be taken back; `unknown` after a start of Cellar
 * until it was joined again, or when that failed (`problem` says why): it is not stopped then.
 */
export const bottleState = z.enum(["starting", "running", "ended", "failed", "unknown"]);

export const bottle = z.strictObject({
  id: bottleId,
  /** Short name, unique among bottles that are alive: what it is called where there is no room. */
  slug: z.string(),
  label: z.string(),
  colour: z.enum(bottleColours).nullable(),
  backend: backendName,
  workspaceId,
  programId,
  programName: z.string(),
  launchId: launchId.nullable(),
  terminalId: terminalId.nullable(),
  state: bottleState,
  problem: problem.nullable(),
  /** Sorted by name. */
  services: z.array(bottleService),
  /** What was shown before the launch. */
  plan: bottlePlan.omit({ id: true, expiresAt: true }),
  /** Files in the workspace that programs of this computer may run by themselves, changed or made by the bottle. */
  changedTriggers: z.array(z.string()),
  startedAt: timestamp,
  endedAt: timestamp.nullable(),
});
export type Bottle = z.infer<typeof bottle>;

/** A manifest that can be chosen for a launch, or why it cannot. */
export const manifest = z.strictObject({
  name: z.string(),
  kind: z.enum(["agent", "bottle"]),
  path: z.string(),
  source: z.enum(["own", "workspace"]),
  /** An agent's bottle. */
  bottle: z.string().nullable(),
  problem: z.string().nullable(),
});
export type Manifest = z.infer<typeof manifest>;

const byId = z.strictObject({ id: bottleId });

export const bottles = {
  /** Every backend, whether it works here or not. */
  backends: procedure.input(z.strictObject({ refresh: z.boolean().default(false) })).output(z.array(bottleBackend)),
  /** The person's own manifests, and the agents of a workspace. */
  manifests: procedure
    .input(z.strictObject({ workspaceId: workspaceId.optional() }))
    .output(z.strictObject({ folder: z.string(), manifests: z.array(manifest) })),
  /** Makes a plan. Nothing outside main is changed, so that a plan nobody launches leaves nothing. */
  prepare: procedure
    .meta({ inputBytes: textInputBytes })
    .input(
      z.strictObject({
        workspaceId,
        programId,
        prompt: z.string().max(200_000).optional(),
        /** Whole arguments added after the catalogue's. */
        arguments: z.array(z.string().max(10_000)).max(100).optional(),
        /** Default: the preferred backend. */
        backend: backendName.optional(),
        /** Where it starts. Default: as in the launch it resumes, else in the workspace itself. */
        folder: folderInside.optional(),
        /** Name of an agent manifest; its bottle's manifest comes with it. */
        agent: z.string().max(60).optional(),
        /** Default: as in the launch it resumes, else not. `invalid_input` for a program that cannot be told of Cellar's MCP server. */
        drivesTerminals: z.boolean().optional(),
        /** The program may ask the person for a host, a capability or a decision. Default: as its manifest says or in the launch it resumes, else not. */
        supervise: z.boolean().optional(),
        label: z
          .string()
          .refine(
            (label) => new TextEncoder().encode(label).length <= longestLabel,
            `a label has at most ${longestLabel} bytes`,
          )
          .refine((label) => !/\p{Cc}/u.test(label), "a label has no control characters")
          .optional(),
        colour: z.enum(bottleColours).optional(),
        /** What is not given is as the agent's bottle says, else the settings. */
        usageLimits: usageLimits.partial().optional(),
        /** Continue the conversation of this launch in the home it had. */
        resume: launchId.optional(),
      }),
    )
    .output(bottlePlan),
  /** Launches a plan: once, and only while it is fresh. */
  launch: procedure
    .input(
      z.strictObject({
        planId,
        /** Names of the plan's `secretsEntering` the person said yes to; all of them are needed. */
        confirmations: z.array(z.string()).max(200).default([]),
        /** Values for the plan's `prompts`. */
        values: z.record(z.string(), z.string().max(100_000)).default({}),
        size: terminalSize.optional(),
      }),
    )
    .output(z.strictObject({ bottle, launch, terminal })),
  discard: procedure.input(z.strictObject({ planId })).output(done),
  /** Bottles of all backends, ended ones too. `started_at`, then slug: rows do not jump. */
  watch: procedure.input(z.strictObject({})).output(liveList(bottle)),
  /** Runs a POSIX shell script inside and waits for its end; an exit code other than 0 is no failure of the call. */
  exec: procedure
    .input(
      z.strictObject({
        id: bottleId,
        script: z.string().min(1).max(1_000_000),
        timeoutSeconds: z.int().min(1).max(3600).default(60),
      }),
    )
    .output(
      z.strictObject({
        /** Null when a signal ended it. */
        exitCode: z.int().nullable(),
        stdout: z.string(),
        stderr: z.string(),
        /** More was printed than is kept (1 MiB). */
        truncated: z.boolean(),
      }),
    ),
  /** A terminal inside the bottle: the person's shell, or a command. It ends with the bottle. */
  openTerminal: procedure
    .input(z.strictObject({ id: bottleId, command: z.string().max(100_000).optional(), size: terminalSize.optional() }))
    .output(terminal),
  /** Copies a file or folder into the bottle, to a place where nothing is. Links are copied as links and never followed. */
  copyIn: procedure.input(z.strictObject({ id: bottleId, from: absolutePath, to: absolutePath })).output(done),
  /**
   * Where a file or folder of this computer is found inside: as the bottle sees it (the workspace), else copied to the home inside, under its own name
   * or one with a number. `not_found` when it is neither here, nor in a copy of the workspace that the bottle works on.
   */
  bringIn: procedure
    .input(z.strictObject({ id: bottleId, from: absolutePath }))
    .output(z.strictObject({ path: z.string(), copied: z.boolean() })),
  /** The other way. What comes out was made by an agent: links that lead out of it, devices and special modes are left out and named. */
  copyOut: procedure
    .input(z.strictObject({ id: bottleId, from: absolutePath, to: absolutePath }))
    .output(z.strictObject({ leftOut: z.array(z.string()) })),
  /** What was done for this bottle and how it went, newest line last. */
  log: procedure
    .input(z.strictObject({ id: bottleId, lines: z.int().min(1).max(10_000).default(200) }))
    .output(z.strictObject({ lines: z.array(z.string()) })),
  /** Ends everything in it, then its services. Resolves when it is gone; a bottle that has ended already is left as it is. */
  close: procedure.input(byId).output(done),
  /** Forgets a bottle that has ended, with its kept home. */
  remove: procedure.input(byId).output(done),
  /** What earlier bottles have left behind. Changes nothing; `planId` is null when there is nothing to clean up. */
  prepareCleanup: procedure.input(z.strictObject({})).output(
    z.strictObject({
      planId: planId.nullable(),
      items: z.array(
        z.strictObject({
          backend: backendName,
          kind: z.enum(["processes", "folder", "home", "container", "network", "machine"]),
          what: z.string(),
        }),
      ),
    }),
  ),
  /** Removes what that plan lists and nothing else. */
  cleanup: procedure.input(z.strictObject({ planId })).output(
    z.strictObject({
      removed: z.array(z.string()),
      failed: z.array(z.strictObject({ what: z.string(), why: z.string() })),
    }),
  ),
};
