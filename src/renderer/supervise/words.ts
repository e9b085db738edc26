/** What agents ask for, and how it was answered, in words. Pure. */
import type { Ask, HostReach, Proposal } from "#shared/contract/supervise.ts";
import type { Status } from "#shared/states.ts";

/** In one line, after the program's name: `asks for api.github.com`. */
export function askLine(ask: Ask): string {
  switch (ask.kind) {
    case "host":
      return `asks for ${hostName(ask)}`;
    case "capability":
      return `asks for a capability: ${firstLine(ask.capability)}`;
    case "decision":
      return `asks: ${firstLine(ask.question)}`;
  }
}

/** `pypi.org`, `pypi.org:8443`: the web's ports go without saying. */
export function hostName({ host, ports }: HostReach): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return ports.length === 1 && ports[0] !== 443 ? `${name}:${ports[0]}` : name;
}

/** What narrows the host, a line each. */
export function hostFacts({ ports, methods, paths }: HostReach): { name: string; value: string }[] {
  return [
    { name: "Ports", value: ports.length === 0 ? "443 and 80" : ports.join(", ") },
    { name: "Methods", value: methods.length === 0 ? "all" : methods.join(", ") },
    { name: "Paths", value: paths.length === 0 ? "all" : `below ${paths.join(", ")}` },
  ];
}

export function proposalStatus({ state, createdAt, answer }: Proposal): Status {
  const time = { kind: "at", at: answer?.at ?? createdAt } as const;
  switch (state) {
    case "pending":
      return { state: "permission", words: "Waits for you", time: { kind: "since", at: createdAt } };
    case "approved":
      return { state: "done", words: "Yes", time };
    case "modified":
      return { state: "done", words: "Changed", time };
    case "rejected":
      return { state: "cancelled", words: "Refused", time };
  }
}

const scopes = { bottle: "in this bottle", workspace: "in this workspace", always: "in every bottle" };

/** How it was answered: `api.github.com in this workspace`, the chosen option, the person's words. */
export function answerLine({ state, answer }: Proposal): string {
  if (answer === null) return "";
  const { granted, decision, scope, note } = answer;
  const what =
    state === "rejected"
      ? ""
      : granted?.kind === "host"
        ? `${hostName(granted)}${scope ? ` ${scopes[scope]}` : ""}`
        : granted?.kind === "capability"
          ? "With the next launch"
          : (decision ?? "");
  return [what, note].filter((part) => part !== "").join(": ");
}

/** What the person does to give what was asked for: nothing in a bottle that runs can be changed. */
export const capabilitySteps =
  "A bottle that runs cannot be given more. Change its manifest (or its Dockerfile), close it, and resume the conversation: the agent finds your answer there.";

function firstLine(text: string): string {
  const [first = "", ...rest] = text.split("\n");
  return rest.length === 0 ? first : `${first} …`;
}
