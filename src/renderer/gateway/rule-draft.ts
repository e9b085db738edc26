/** A rule as it is being written: texts, what is wrong with them, and what they mean. Pure. */
import type { DetectorAction, GatewayHeader, GatewayRuleFields } from "#shared/contract/gateway.ts";
import { type ReachDraft, type ReachProblems, reachOf, reachProblems } from "./reach-draft.ts";

export type RuleDraft = ReachDraft & {
  effect: "allow" | "deny";
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

export type DraftProblems = ReachProblems & { headers?: string };

export function problemsOf(draft: RuleDraft): DraftProblems {
  const wrong: DraftProblems = reachProblems(draft);
  if (headersIn(draft.headers).some(({ name }) => !/^[a-z0-9][a-z0-9-]*$/.test(name))) {
    wrong.headers = "One to a line, as in X-Team: platform.";
  }
  return wrong;
}

/** Of a draft without problems. */
export function fieldsOf(draft: RuleDraft): GatewayRuleFields {
  const { tokens, secrets, uploads, incoming, instructions } = draft.effect === "allow" ? draft : emptyDraft;
  return {
    ...reachOf(draft),
    effect: draft.effect,
    headers: headersIn(draft.headers),
    anyProtocol: draft.anyProtocol,
    privateAddresses: draft.privateAddresses,
    detectors: { tokens, secrets, uploads, uploadBytes, incoming, instructions },
  };
}

/** A line without a colon is a header whose name is wrong. */
function headersIn(text: string): GatewayHeader[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter(Boolean).map((line) => {
    const [, name = "", value = ""] = /^([^:]*):(.*)$/.exec(line) ?? [];
    return { name: name.trim().toLowerCase(), value: value.trim() };
  });
}
