/** The gateway's panel: what it decides, the rules by which, and beside it what a bottle asks its provider for. */
import { RequestList } from "../broker/request-list.tsx";
import type { PanelProps } from "../dock/panels.tsx";
import { useCloseWhenGone } from "../dock/use-close-when-gone.ts";
import { useBottles } from "../live/index.ts";
import { Button } from "../ui/index.ts";
import { DecisionList } from "./decision-list.tsx";
import { type GatewayPage, type GatewayParams, useGatewayPages } from "./gateway-panel.tsx";
import { RuleList } from "./rule-list.tsx";

const pages = { decisions: "Decisions", requests: "Requests to the provider", rules: "Rules" } as const;

export default function GatewayScreen({ params: { bottleId }, panelId }: PanelProps<GatewayParams>) {
  const bottles = useBottles();
  useCloseWhenGone(bottleId === "" || bottles.byId.has(bottleId), bottles.status === "live", panelId);
  const page = useGatewayPages((asked) => asked[bottleId] ?? "decisions");
  const shown = (Object.keys(pages) as GatewayPage[]).filter((each) => each !== "requests" || bottleId !== "");
  return (
    <div className="@container flex h-full flex-col bg-panel">
      <div className="flex flex-none items-center gap-1 border-line border-b px-2 py-1">
        {shown.map((each) => (
          <Button
            key={each}
            small
            look={page === each ? "plain" : "quiet"}
            aria-pressed={page === each}
            onClick={() => useGatewayPages.setState({ [bottleId]: each })}
          >
            {pages[each]}
          </Button>
        ))}
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        {page === "decisions" && <DecisionList bottleId={bottleId} />}
        {page === "requests" && <RequestList bottleId={bottleId} />}
        {page === "rules" && <RuleList bottleId={bottleId} />}
      </div>
    </div>
  );
}
