/** The queue of questions as a panel. */
import { MessageCircleQuestion } from "lucide-react";
import { lazy } from "react";
import { definePanel } from "../dock/panels.tsx";

const proposalsPanel = definePanel<Record<never, never>>({
  kind: "proposals",
  identity: () => "",
  parse: () => ({}),
  useTitle: () => "Questions",
  Body: lazy(() => import("./proposals-screen.tsx")),
  Tab: () => (
    <span className="flex min-w-0 items-center gap-1.5">
      <MessageCircleQuestion size={13} aria-hidden className="shrink-0 text-faint" />
      <span className="truncate">Questions</span>
    </span>
  ),
});

export function openProposals(): void {
  proposalsPanel.open({});
}
