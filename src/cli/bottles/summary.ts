/** The page before a launch (features 4.4), for a terminal: what the program will see, reach and be held to. */
import { limitWords } from "#shared/broker/words.ts";
import type { BottlePlanView } from "#shared/contract/bottles.ts";

/** `name: value` per fact, and a sentence for what is not enforced. */
export function planLines(plan: Omit<BottlePlanView, "id" | "expiresAt">): string[] {
  const all = (items: readonly string[]) => items.join(", ");
  const where = (access: string) => all(plan.mounts.filter((mount) => mount.access === access).map(({ to }) => to));
  const facts: [name: string, value: string | null][] = [
    ["agent", plan.agent],
    ["program", plan.programName],
    ["provider", plan.provider],
    ["backend", plan.backend],
    ["starts in", plan.folder],
    ["can be written", where("read-write")],
    ["can be read", where("read-only")],
    ["env", all(plan.environment)],
    ["added arguments", plan.argumentsAdded.join(" ")],
    ["added files", all(plan.filesAdded.map((path) => `~/${path}`))],
    ["skills", all(plan.skills)],
    ["bottle", plan.bottle],
    ["git identity", plan.gitIdentity],
    ["git gate", all(plan.gitGate)],
    ["egress", all(plan.allowedHosts) || "none: nothing outside can be reached"],
    ["broker routes", all(plan.routes)],
    ["broker only", all(plan.onlyBrokered)],
    ["may ask you", plan.supervise ? "for a host, a capability or a decision" : null],
    ["may drive", plan.drivesTerminals ? "terminals inside this bottle" : null],
    ["may use", plan.routes.length === 0 ? null : (limitWords(plan.usageLimits) ?? "as much as its provider gives")],
    ["home", plan.home === "kept" ? "its own, kept for a resume" : "its own, gone with the bottle"],
    [
      "limits",
      all(
        plan.limits.map(({ name, value, enforced }) => `${name} ${value}${enforced === "no" ? " (not enforced)" : ""}`),
      ),
    ],
    ["enters the bottle", all(plan.secretsEntering.map(({ name, from }) => `${name} (${from})`))],
  ];
  return [
    ...facts.filter(([, value]) => value !== null && value !== "").map(([name, value]) => `${name}: ${value}`),
    ...plan.notEnforced.map((sentence) => `not enforced: ${sentence}`),
  ];
}
