/** A rule as it is being written: texts, what is wrong with them, and what they mean. Pure. */
import type { DetectorAction, GatewayRuleFields } from "#shared/contract/gateway.ts";

export type RuleDraft = {
  host: string;
  ports: string;
  effect: "allow" | "deny";
  methods: string;
  paths: string;
  anyProtocol: boolean;
  privateAddresses: boolean;
  tokens: DetectorAction;
  secrets: DetectorAction;
  uploads: DetectorAction;
};

export const emptyDraft: RuleDraft = {
  host: "",
  ports: "",
  effect: "allow",
  methods: "",
  paths: "",
  anyProtocol: false,
  privateAddresses: false,
  tokens: "off",
  secrets: "off",
  uploads: "off",
};

export const detectorNames = {
  tokens: "Credentials by shape",
  secrets: "Values of the vault",
  uploads: "Bodies over 10 MB",
} as const;
const uploadBytes = 10_000_000;

/** What excludes each other is not left standing unseen. */
export function changed(draft: RuleDraft, change: Partial<RuleDraft>): RuleDraft {
  const next = { ...draft, ...change };
  if (change.anyProtocol) return { ...next, methods: "", paths: "", tokens: "off", secrets: "off", uploads: "off" };
  const inside =
    next.methods !== "" ||
    next.paths !== "" ||
    [next.tokens, next.secrets, next.uploads].some((action) => action !== "off");
  return inside ? { ...next, anyProtocol: false } : next;
}

export type DraftProblems = Partial<Record<"host" | "ports" | "methods" | "paths", string>>;

export function problemsOf({ host, ports, methods, paths }: RuleDraft): DraftProblems {
  const wrong: DraftProblems = {};
  const name = host.trim();
  if (name === "") wrong.host = "Which host?";
  else if (/[/@]/.test(name)) wrong.host = "Only the host: without a scheme, a user or a path.";
  else if (/[^\x21-\x7e]/.test(name)) wrong.host = "Write names outside ASCII in their xn-- form.";
  if (!parts(ports).every((part) => /^\d{1,5}$/.test(part) && Number(part) >= 1 && Number(part) <= 65_535)) {
    wrong.ports = "Numbers from 1 to 65535.";
  }
  if (!parts(methods).every((part) => /^[a-z]{1,20}$/i.test(part))) wrong.methods = "As in GET, POST.";
  if (!parts(paths).every((part) => part.startsWith("/"))) wrong.paths = "Each begins with a slash.";
  return wrong;
}

/** Of a draft without problems. */
export function fieldsOf(draft: RuleDraft): GatewayRuleFields {
  const { tokens, secrets, uploads } = draft.effect === "allow" ? draft : emptyDraft;
  return {
    host: draft.host.trim(),
    ports: parts(draft.ports).map(Number),
    effect: draft.effect,
    methods: parts(draft.methods).map((method) => method.toUpperCase()),
    paths: parts(draft.paths),
    anyProtocol: draft.anyProtocol,
    privateAddresses: draft.privateAddresses,
    detectors: { tokens, secrets, uploads, uploadBytes },
  };
}

function parts(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}
