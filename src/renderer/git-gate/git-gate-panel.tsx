/** The pushes and fetches of all bottles as a panel. */
import { GitPullRequestArrow } from "lucide-react";
import { lazy } from "react";
import { definePanel } from "../dock/panels.tsx";

const gitGatePanel = definePanel<Record<string, never>>({
  kind: "git-gate",
  identity: () => "",
  parse: () => ({}),
  useTitle: () => "Git gate",
  Body: lazy(() => import("./git-gate-screen.tsx")),
  Tab: () => (
    <>
      <GitPullRequestArrow size={13} aria-hidden className="flex-none text-faint" />
      <span className="truncate">Git gate</span>
    </>
  ),
});

export function openGitGate(): void {
  gitGatePanel.open({});
}
