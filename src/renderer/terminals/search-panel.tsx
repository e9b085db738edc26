/** Search in the output of all terminals, as a panel. */
import { Search } from "lucide-react";
import { lazy } from "react";
import { definePanel } from "../dock/panels.tsx";

export const searchPanel = definePanel<Record<never, never>>({
  kind: "terminal-search",
  identity: () => "",
  parse: () => ({}),
  useTitle: () => "Search all terminals",
  Body: lazy(() => import("./search-screen.tsx")),
  Tab: () => (
    <>
      <Search size={13} aria-hidden className="flex-none text-faint" />
      <span className="truncate">Search all terminals</span>
    </>
  ),
});
