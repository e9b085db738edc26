/** What a sandbox is asked for, and whether it got it: pure. */
import type { BottleLimits } from "../backend.ts";

/** Nobody but root may be somebody else inside; the agent is an ordinary user of its own. */
export const agentUser = { uid: 1000, gid: 1000 } as const;

export const bottleKey = "cellar.bottle";
export const homeKey = "cellar.home";

/** `CreateSandboxRequest`. No `timeout`: a sandbox that ends by itself would take the work with it. */
export function sandboxRequest(parts: { image: string; limits: BottleLimits; bottleId: string; home: string }): object {
  return {
    image: { uri: parts.image },
    resourceLimits: { cpu: "4", memory: `${Math.floor(parts.limits.memory / (1024 * 1024))}Mi` },
    metadata: { [bottleKey]: parts.bottleId, [homeKey]: parts.home },
    entrypoint: ["tail", "-f", "/dev/null"],
    // Not empty: an empty policy allows everything.
    networkPolicy: { defaultAction: "deny", egress: [] },
  };
}

/** What `GET /policy` of the egress sidecar has to say; null when the sandbox is closed, else why it is not. */
export function openPolicy(answer: unknown): string | null {
  const { enforcementMode, policy } = (answer ?? {}) as {
    enforcementMode?: unknown;
    policy?: { defaultAction?: unknown; egress?: unknown };
  };
  if (policy?.defaultAction !== "deny")
    return "its server did not take the network policy: what is on no list is not refused";
  if (!Array.isArray(policy.egress) && policy.egress !== undefined && policy.egress !== null)
    return "its network policy cannot be read";
  const allowed = (Array.isArray(policy.egress) ? policy.egress : []).filter(
    (rule) => (rule as { action?: unknown } | null)?.action !== "deny",
  );
  if (allowed.length > 0) return "its server lets it out to hosts that nobody asked for";
  if (enforcementMode !== "dns+nft") {
    return `its server refuses names only (${String(enforcementMode)}), and an address can be reached without one; set mode = "dns+nft" under [egress] in the server's configuration`;
  }
  return null;
}
