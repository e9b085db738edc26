/** The tools by which an agent in a bottle asks the person. Their names are bot-bottle's where it has one. */
import { z } from "zod";
import type { GatewayRule } from "#shared/contract/gateway.ts";
import { type Proposal, proposalState } from "#shared/contract/supervise.ts";
import { type Tool, tool } from "../mcp/index.ts";
import { capabilityAsk, decisionAsk, hostAsk, longest, most, readableText } from "./asks.ts";
import type { Asker, Proposals } from "./proposals.ts";

export type ToolParts = {
  proposals: Proposals;
  asker(): Asker;
  /** How long a call waits for an answer. */
  waitMs: () => number;
  /** The rules that hold for its bottle. */
  rules(): readonly GatewayRule[];
  /** `host [auth:scheme]` per route of the broker. */
  routes(): readonly string[];
};

export const superviseInstructions =
  "You are in a bottle: what is not allowed cannot be reached. Ask the person for what you need with egress-block (a host), capability-block (anything else) or ask-decision (a choice that is theirs). An answer of pending means that they have not answered yet: go on with other work and look later with get-proposal. A rejection is an answer; do not ask for the same again.";

const reason = z
  .string()
  .max(longest.reason * 2)
  .describe("Why you need it, in one or two sentences for the person who decides.");
const waitSeconds = z
  .int()
  .min(0)
  .max(120)
  .optional()
  .describe("How long to wait for the answer; default is the person's setting, 30 at first.");

const answerShape = z.object({
  proposal_id: z.string(),
  status: proposalState,
  /** The person's words. */
  note: z.string(),
  granted: z.record(z.string(), z.unknown()).optional(),
  decision: z.string().optional(),
  hint: z.string().optional(),
});

const rule = z.object({
  host: z.string(),
  ports: z.array(z.int()),
  methods: z.array(z.string()),
  paths: z.array(z.string()),
  effect: z.enum(["allow", "deny"]),
  scope: z.enum(["bottle", "workspace", "always"]),
});

/** Those of one bottle. */
export function superviseTools({ proposals, asker, waitMs, rules, routes }: ToolParts): Tool[] {
  const wait = async (proposal: Proposal, seconds: number | undefined, signal: AbortSignal) =>
    answerOf(await proposals.wait(proposal.id, seconds === undefined ? waitMs() : seconds * 1000, signal));

  return [
    tool({
      name: "egress-block",
      title: "Ask for a host",
      description:
        "Asks the person to let this bottle reach a host that its gateway refuses. Waits for a while; status is pending when there is no answer yet, and get-proposal has it later. An approval counts at once: try the request again.",
      input: z.strictObject({
        host: z
          .string()
          .max(1_000)
          .describe("api.example.org, or *.example.org for everything below it. No scheme, port or path."),
        ports: z
          .array(z.int())
          .max(most.ports * 2)
          .default([])
          .describe("Default: 443 and 80."),
        methods: z
          .array(z.string().max(100))
          .max(most.methods * 2)
          .default([])
          .describe("Default: all. Fewer are easier to allow."),
        paths: z
          .array(z.string().max(2_000))
          .max(most.paths * 2)
          .default([])
          .describe("Beginnings of paths. Default: all."),
        reason,
        wait_seconds: waitSeconds,
      }),
      output: answerShape,
      async run({ wait_seconds, reason, ...host }, { signal }) {
        const proposal = proposals.propose(asker(), hostAsk(host), readableText("reason", reason, longest.reason));
        return wait(proposal, wait_seconds, signal);
      },
    }),
    tool({
      name: "capability-block",
      title: "Ask for a capability",
      description:
        "Asks the person for something that this bottle lacks and a host would not give: a program, a mount, more memory, another limit. It cannot be given to a bottle that runs: an approval is granted by the person with the next launch, and get-proposal tells you of it there too.",
      input: z.strictObject({
        capability: z
          .string()
          .max(longest.capability * 2)
          .describe("What you need to be able to do."),
        change: z
          .string()
          .max(longest.change * 2)
          .default("")
          .describe("The change you propose to the bottle's manifest or Dockerfile."),
        reason,
        wait_seconds: waitSeconds,
      }),
      output: answerShape,
      async run({ wait_seconds, reason, ...capability }, { signal }) {
        const proposal = proposals.propose(
          asker(),
          capabilityAsk(capability),
          readableText("reason", reason, longest.reason),
        );
        return wait(proposal, wait_seconds, signal);
      },
    }),
    tool({
      name: "ask-decision",
      title: "Ask for a decision",
      description:
        "Asks the person to decide something that is theirs to decide. With options they choose one or answer otherwise (status modified); without, they answer in their own words.",
      input: z.strictObject({
        question: z
          .string()
          .max(longest.question * 2)
          .describe("The question, so that it can be understood without the conversation."),
        options: z
          .array(z.string().max(longest.option * 2))
          .max(most.options * 2)
          .default([])
          .describe("Short answers to choose from."),
        reason,
        wait_seconds: waitSeconds,
      }),
      output: answerShape,
      async run({ wait_seconds, reason, ...question }, { signal }) {
        const proposal = proposals.propose(
          asker(),
          decisionAsk(question),
          readableText("reason", reason, longest.reason),
        );
        return wait(proposal, wait_seconds, signal);
      },
    }),
    tool({
      name: "get-proposal",
      title: "Look for an answer",
      description: "The state of a proposal of yours, also of one that you made before this conversation was resumed.",
      input: z.strictObject({
        proposal_id: z.string().max(100),
        wait_seconds: waitSeconds.describe("How long to wait when it is pending. Default: not at all."),
      }),
      output: answerShape,
      readOnly: true,
      run: async ({ proposal_id, wait_seconds = 0 }, { signal }) =>
        wait(proposals.ofAsker(proposal_id, asker()), wait_seconds, signal),
    }),
    tool({
      name: "list-egress-routes",
      title: "List what is allowed",
      description:
        "The hosts that this bottle may reach through its gateway, the broker's routes, and your proposals that wait for an answer.",
      input: z.strictObject({}),
      output: z.object({ hosts: z.array(rule), routes: z.array(z.string()), pending: z.array(z.string()) }),
      readOnly: true,
      run: async () => ({
        hosts: rules().map(({ host, ports, methods, paths, effect, scope }) => ({
          ...{ host, ports, methods, paths, effect },
          scope: scope.type,
        })),
        routes: [...routes()],
        pending: proposals
          .allOf(asker())
          .filter(({ state }) => state === "pending")
          .map(({ id }) => id),
      }),
    }),
  ];
}

function answerOf({ id, state, ask, answer }: Proposal): z.infer<typeof answerShape> {
  const { kind: _, ...granted } = answer?.granted ?? { kind: null };
  const hint = hintOf(state, ask.kind, answer);
  return {
    proposal_id: id,
    status: state,
    note: answer?.note ?? "",
    ...(answer?.granted && { granted: { ...granted, ...(answer.scope && { scope: answer.scope }) } }),
    ...(answer?.decision && { decision: answer.decision }),
    ...(hint !== null && { hint }),
  };
}

function hintOf(state: Proposal["state"], kind: Proposal["ask"]["kind"], answered: Proposal["answer"]): string | null {
  if (state === "pending") return "Not answered yet. Go on with other work, and look later with get-proposal.";
  if (state === "rejected") return null;
  if (kind === "capability")
    return "It is not there yet: the person grants it with the next launch of this conversation.";
  const granted = answered?.granted;
  if (granted?.kind === "host" && (granted.methods.length > 0 || granted.paths.length > 0)) {
    return "Allowed now. The gateway opens this host's TLS for it: programs that were started before trust its certificate only after they are started again.";
  }
  return kind === "host" ? "Allowed now: try the request again." : null;
}
