/** An answer as it is being written. Pure. */
import type { Ask, Proposal, ProposalDecision } from "#shared/contract/supervise.ts";

export type Scope = "bottle" | "workspace" | "always";

export type Reply = {
  host: string;
  ports: string;
  methods: string;
  paths: string;
  scope: Scope;
  /** The capability, or the decision in the person's own words. */
  words: string;
  note: string;
};

/** `runs`: its bottle does; a rule for it alone would be of no use otherwise. */
export function replyTo({ ask }: Pick<Proposal, "ask">, runs: boolean): Reply {
  const host = ask.kind === "host" ? ask : { host: "", ports: [], methods: [], paths: [] };
  return {
    host: host.host,
    ports: host.ports.join(", "),
    methods: host.methods.join(", "),
    paths: host.paths.join(" "),
    scope: runs ? "bottle" : "workspace",
    words: ask.kind === "capability" ? ask.capability : "",
    note: "",
  };
}

/** For whom a host can be allowed. */
export function scopesFor(runs: boolean): { value: Scope; label: string }[] {
  return [
    ...(runs ? [{ value: "bottle", label: "This bottle" } as const] : []),
    { value: "workspace", label: "This workspace" },
    { value: "always", label: "Every bottle" },
  ];
}

export type ReplyProblems = Partial<Record<"host" | "ports" | "methods" | "paths" | "words", string>>;

export function problemsOf(ask: Ask, { host, ports, methods, paths, words }: Reply): ReplyProblems {
  const wrong: ReplyProblems = {};
  if (ask.kind !== "host") {
    if (words.trim() === "") wrong.words = ask.kind === "decision" ? "What do you decide?" : "What do you grant?";
    return wrong;
  }
  if (host.trim() === "") wrong.host = "Which host?";
  else if (/[/@\s]/.test(host.trim())) wrong.host = "Only the host: without a scheme, a user or a path.";
  if (!parts(ports).every((part) => /^\d{1,5}$/.test(part) && Number(part) >= 1 && Number(part) <= 65_535)) {
    wrong.ports = "Numbers from 1 to 65535.";
  }
  if (!parts(methods).every((part) => /^[a-z]{1,20}$/i.test(part))) wrong.methods = "As in GET, POST.";
  if (!parts(paths).every((part) => part.startsWith("/"))) wrong.paths = "Each begins with a slash.";
  return wrong;
}

/** Of a reply without problems. */
export function decisionOf(ask: Ask, reply: Reply): ProposalDecision {
  const { note, scope } = reply;
  if (ask.kind === "capability") return { type: "capability", capability: reply.words.trim(), note };
  if (ask.kind === "decision") return { type: "decision", decision: reply.words.trim(), note };
  const reach = {
    host: reply.host.trim(),
    ports: parts(reply.ports).map(Number),
    methods: parts(reply.methods).map((method) => method.toUpperCase()),
    paths: parts(reply.paths),
  };
  return { type: "host", reach, scope, note };
}

function parts(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}
