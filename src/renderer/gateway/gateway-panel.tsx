/** The gateway's log and rules as a panel, of one bottle or of all. */
import { ShieldCheck } from "lucide-react";
import { lazy } from "react";
import { definePanel } from "../terminals/panels.tsx";

/** Empty: all bottles. */
export type GatewayParams = { bottleId: string };

export const gatewayPanel = definePanel<GatewayParams>({
  kind: "gateway",
  identity: ({ bottleId }) => bottleId,
  parse: (saved) => {
    const bottleId = (saved as Record<string, unknown> | null)?.["bottleId"];
    return typeof bottleId === "string" && /^(bottle-[0-9a-f]{12})?$/.test(bottleId) ? { bottleId } : null;
  },
  useTitle: titleOf,
  Body: lazy(() => import("./gateway-screen.tsx")),
  Tab: ({ params }) => (
    <>
      <ShieldCheck size={13} aria-hidden className="flex-none text-faint" />
      <span className="truncate">{titleOf(params)}</span>
    </>
  ),
});

function titleOf({ bottleId }: GatewayParams): string {
  return bottleId === "" ? "Gateway" : `Gateway of ${bottleId}`;
}

export function openGateway(bottleId = ""): void {
  gatewayPanel.open({ bottleId });
}
