/** A rule as it is being written: texts, what is wrong with them, and what they mean. Pure. */
import type { DetectorAction, GatewayHeader, GatewayRuleFields } from "#shared/contract/gateway.ts";

export type RuleDraft = {
  host: string;
  ports: string;
  effect: "allow" | "deny";
  methods: string;
  paths: string;
  /** One to a line. */
  headers: string;
  anyProtocol: boolean;
  privateAddresses: boolean;
  tokens: DetectorAction;
  secrets: DetectorAction;
  uploads: DetectorAction;
  incoming: DetectorAction;
  instructions: DetectorAction;
};

export const emptyDraft: RuleDraft = {
  host: "",
  ports: "",
  effect: "allow",
  methods: "",
  paths: "",
  headers: "",
  anyProtocol: false,
  privateAddresses: false,
  tokens: "off",
  secrets: "off",
  uploads: "off",
  incoming: "off",
  instructions: "off",
};

type Detector = "tokens" | "secrets" | "uploads" | "incoming" | "instructions";
export const detectorNames: Record<Detector, string> = {
  tokens: "Credentials by shape",
  secrets: "Values of the vault",
  uploads: "Bodies over 10 MB",
  incoming: "Credentials coming in",
  instructions: "Orders to the agent coming in",
};
const detectorKeys = Object.keys(detectorNames) as Detector[];
const noDetectors = { tokens: "off", secrets: "off", uploads: "off", incoming: "off", instructions: "off" } as const;
const uploadBytes = 10_000_000;

/** What excludes each other is not left standing unseen. */
export function changed(draft: RuleDraft, change: Partial<RuleDraft>): RuleDraft {
  const next = { ...draft, ...change };
  if (change.anyProtocol) return { ...next, methods: "", paths: "", headers: "", ...noDetectors };
  const inside =
    [next.methods, next.paths, next.headers].some((text) => text !== "") ||
    detectorKeys.some((key) => next[key] !== "off");
  return inside ? { ...next, anyProtocol: false } : next;
}

export type DraftProblems = Partial<Record<"host" | "ports" | "methods" | "paths" | "headers", string>>;

export function problemsOf({ host, ports, methods, paths, headers }: RuleDraft): DraftProblems {
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
  if (headersIn(headers).some(({ name }) => !/^[a-z0-9][a-z0-9-]*$/.test(name))) {
    wrong.headers = "One to a line, as in X-Team: platform.";
  }
  return wrong;
}

/** Of a draft without problems. */
export function fieldsOf(draft: RuleDraft): GatewayRuleFields {
  const { tokens, secrets, uploads, incoming, instructions } = draft.effect === "allow" ? draft : emptyDraft;
  return {
    host: draft.host.trim(),
    ports: parts(draft.ports).map(Number),
    effect: draft.effect,
    methods: parts(draft.methods).map((method) => method.toUpperCase()),
    paths: parts(draft.paths),
    headers: headersIn(draft.headers),
    anyProtocol: draft.anyProtocol,
    privateAddresses: draft.privateAddresses,
    detectors: { tokens, secrets, uploads, uploadBytes, incoming, instructions },
  };
}

function parts(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

/** A line without a colon is a header whose name is wrong. */
function headersIn(text: string): GatewayHeader[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter(Boolean).map((line) => {
    const [, name = "", value = ""] = /^([^:]*):(.*)$/.exec(line) ?? [];
    return { name: name.trim().toLowerCase(), value: value.trim() };
  });
}
