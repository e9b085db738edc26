/** The gateway's log and rules as a panel, of one bottle or of all. */
import { ShieldCheck } from "lucide-react";
import { lazy } from "react";
import { create } from "zustand";
import { definePanel } from "../dock/panels.tsx";
import { useBottles } from "../live/index.ts";

/** Empty: all bottles. */
export type GatewayParams = { bottleId: string };

const gatewayPanel = definePanel<GatewayParams>({
  kind: "gateway",
  identity: ({ bottleId }) => bottleId,
  parse: (saved) => {
    const bottleId = (saved as Record<string, unknown> | null)?.["bottleId"];
    return typeof bottleId === "string" && /^(bottle-[0-9a-f]{12})?$/.test(bottleId) ? { bottleId } : null;
  },
  useTitle,
  Body: lazy(() => import("./gateway-screen.tsx")),
  Tab: ({ params }) => (
    <>
      <ShieldCheck size={13} aria-hidden className="flex-none text-faint" />
      <span className="truncate">{useTitle(params)}</span>
    </>
  ),
});

function useTitle({ bottleId }: GatewayParams): string {
  const label = useBottles().byId.get(bottleId)?.label ?? bottleId;
  return bottleId === "" ? "Gateway" : `Gateway of ${label}`;
}

/** `requests`: those of one bottle to its provider, which pass the broker and not the gateway. */
export type GatewayPage = "decisions" | "requests" | "rules";

/** The page that a panel was last asked to show, by its bottle. */
export const useGatewayPages = create<Record<string, GatewayPage>>(() => ({}));

export function openGateway(bottleId = "", page?: GatewayPage): void {
  if (page) useGatewayPages.setState({ [bottleId]: page });
  gatewayPanel.open({ bottleId });
}
