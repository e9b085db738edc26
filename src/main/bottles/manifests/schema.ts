/** The keys of manifests. Unknown ones are fatal: a misspelt rule must not be a rule that is missing. `docs/bottles.md` describes each. */
import { z } from "zod";
import { hostPattern } from "#shared/bottles/hosts.ts";

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "must be lower-case letters, digits and hyphens");
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not the name of a variable");
const text = (most: number) => z.string().trim().min(1).max(most);

const route = z.strictObject({
  host: hostPattern,
  auth: z.strictObject({ scheme: z.enum(["Bearer", "token"]), token_ref: text(200) }).optional(),
  matches: z
    .array(
      z.strictObject({
        paths: z.array(z.string().startsWith("/").max(2000)).min(1).max(100).optional(),
        methods: z
          .array(z.string().regex(/^[A-Z]+$/))
          .min(1)
          .max(20)
          .optional(),
        headers: z.record(z.string().max(200), z.string().max(2000)).optional(),
      }),
    )
    .max(100)
    .optional(),
  dlp: z
    .strictObject({
      outbound: z.enum(["supervise", "redact", "block"]).optional(),
      inbound: z.enum(["supervise", "redact", "block"]).optional(),
    })
    .optional(),
});
/** A credential is for one host: below a `*.` somebody else's may be. */
const egressRoute = route.refine(({ host, auth }) => auth === undefined || !host.startsWith("*."), {
  path: ["auth"],
  message: "a credential needs one host, not *.domain",
});
export type EgressRoute = z.infer<typeof egressRoute>;

const gitUser = z.strictObject({ name: text(200), email: text(200) });

/** A branch or tag, in which `*` stands for anything within one segment of its name and `**` for anything. */
const refPattern = text(200).regex(
  /^(?!\/|refs\/)[\p{L}\p{N}._@+#=*/-]+(?<!\/|\.lock)$/u,
  "is a branch or tag, in which * stands for a segment",
);

const gitRepository = z.strictObject({
  name,
  /** `ssh://user@host[:port]/path`, or `https://host[:port]/path` with a git credential of the vault. */
  upstream: z.url({ protocol: /^(ssh|https)$/, error: "must be an ssh:// or https:// address" }).max(2000),
  identity_file: text(4096).optional(),
  known_host_key: text(4096).optional(),
  /** Branches that may be pushed; none: it can only be fetched. */
  push: z.array(refPattern).max(50).optional(),
  /** Tags that may be pushed. */
  push_tags: z.array(refPattern).max(50).optional(),
  /** Whether those branches may also be rewritten, or deleted. */
  force: z.boolean().optional(),
  delete: z.boolean().optional(),
  /** Whether each push waits for the person's yes. */
  approve: z.boolean().optional(),
});

/** A repository that a bottle may fetch from and push to. */
export type GitRepository = {
  name: string;
  upstream: string;
  identityFile: string | null;
  knownHostKey: string | null;
  push: GitPushRules;
};

/** What of a repository may be pushed, and how. */
export type GitPushRules = { branches: string[]; tags: string[]; force: boolean; delete: boolean; approve: boolean };

/** What agents and Cellar's own worktrees call their branches. */
export const defaultPushBranches = ["agent/**", "cellar/**"];

/** A variable inside: its value, `${HOST_VAR}` from the person's environment, or `?question` to be asked at the launch. */
const environmentValue = z.string().max(10_000);

export const bottleManifest = z.strictObject({
  extends: name.optional(),
  env: z.record(variable, environmentValue).optional(),
  agent_provider: z
    .strictObject({
      template: name,
      dockerfile: text(4096).optional(),
      auth_token: text(200).optional(),
      forward_host_credentials: z.boolean().optional(),
    })
    .optional(),
  git: z.strictObject({ user: gitUser.optional(), repos: z.array(gitRepository).max(100).optional() }).optional(),
  egress: z.strictObject({ routes: z.array(egressRoute).max(500) }).optional(),
  supervise: z.boolean().optional(),
  /** What a bottle may use at its provider: tokens, and US dollars. */
  limits: z
    .strictObject({
      tokens: z.int().min(1).max(1_000_000_000_000).optional(),
      cost: z.number().min(0.000001).max(1_000_000).optional(),
    })
    .optional(),
});
export type BottleManifest = z.infer<typeof bottleManifest>;

export const agentManifest = z.strictObject({
  bottle: name,
  skills: z.array(name).max(100).optional(),
  git: z.strictObject({ user: gitUser }).optional(),
});
export type AgentManifest = z.infer<typeof agentManifest>;
