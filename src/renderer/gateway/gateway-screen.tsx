/** The gateway's panel: what it decides, and the rules by which. */
import { useState } from "react";
import type { PanelProps } from "../terminals/panels.tsx";
import { Button } from "../ui/index.ts";
import { DecisionList } from "./decision-list.tsx";
import type { GatewayParams } from "./gateway-panel.tsx";
import { RuleList } from "./rule-list.tsx";

const pages = { decisions: "Decisions", rules: "Rules" } as const;
type Page = keyof typeof pages;

export default function GatewayScreen({ params: { bottleId } }: PanelProps<GatewayParams>) {
  const [page, setPage] = useState<Page>("decisions");
  return (
    <div className="@container flex h-full flex-col bg-panel">
      <div className="flex flex-none items-center gap-1 border-line border-b px-2 py-1">
        {(Object.keys(pages) as Page[]).map((each) => (
          <Button
            key={each}
            small
            look={page === each ? "plain" : "quiet"}
            aria-pressed={page === each}
            onClick={() => setPage(each)}
          >
            {pages[each]}
          </Button>
        ))}
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        {page === "decisions" ? <DecisionList bottleId={bottleId} /> : <RuleList bottleId={bottleId} />}
      </div>
    </div>
  );
}
