/** A request through the broker in words. Pure. */
import type { BrokerRequest } from "#shared/contract/broker.ts";
import type { Status } from "#shared/states.ts";

export const filters = { all: "All", passed: "Passed", refused: "Refused", failed: "Failed" } as const;
export type RequestFilter = keyof typeof filters;

export function kindOf({
  decision,
  status,
}: Pick<BrokerRequest, "decision" | "status">): Exclude<RequestFilter, "all"> {
  if (decision === "refused") return "refused";
  if (decision === "failed" || decision === "cut" || (status !== null && status >= 400)) return "failed";
  return "passed";
}

export function requestStatus(request: BrokerRequest): Status {
  const { decision, status, at, reason } = request;
  const time = { kind: "at" as const, at };
  const evidence = reason === null ? {} : { evidence: reason };
  switch (decision) {
    case "refused":
      return { state: "failed", words: "Refused", time, ...evidence };
    case "failed":
      return { state: "failed", words: "Failed", time, ...evidence };
    case "cut":
      return { state: "failed", words: "Broke off", time, ...evidence };
    case "cancelled":
      return { state: "cancelled", words: "Ended by the program", time, ...evidence };
    default:
      return status !== null && status >= 400
        ? { state: "failed", words: "The provider refused it", time, ...evidence }
        : { state: "done", words: decision === "answered" ? "Answered here" : "Passed", time, ...evidence };
  }
}

/** "llm/anthropic" goes without saying where the host is there. */
export function whereWords({ host, route }: Pick<BrokerRequest, "host" | "route">): string {
  return host ?? route ?? "no route";
}

/** The path behind its route. */
export function pathWords({ path, route }: Pick<BrokerRequest, "path" | "route">): string {
  return route !== null && path.startsWith(`/${route}`) ? path.slice(route.length + 1) || "/" : path;
}

export function matches(request: BrokerRequest, filter: RequestFilter, text: string): boolean {
  if (filter !== "all" && kindOf(request) !== filter) return false;
  const wanted = text.trim().toLowerCase();
  const { method, path, status, reason } = request;
  return `${method} ${whereWords(request)} ${path} ${status ?? ""} ${reason ?? ""}`.toLowerCase().includes(wanted);
}
