/** What stands at the right end of a group's tabs: split, and let the group fill the dock. */

import type { IDockviewHeaderActionsProps } from "dockview-react";
import { Maximize2, Minimize2, PanelBottom, PanelRight } from "lucide-react";
import { shortcutLabel } from "../app/commands.ts";
import { dock, useDock } from "./panels.tsx";
import { shortcuts } from "./shortcuts.ts";
import { useSplit } from "./use-split.ts";

export function GroupActions({ activePanel, isGroupActive }: IDockviewHeaderActionsProps) {
  const maximized = useDock((state) => state.maximized);
  const split = useSplit();
  if (activePanel === undefined) return null;
  const { id } = activePanel;
  const hint = (text: string, keys: keyof typeof shortcuts) => `${text} (${shortcutLabel(shortcuts[keys])})`;
  return (
    <div className="flex h-full items-center gap-0.5 px-1 text-muted">
      <Action label={hint("Split to the right", "splitRight")} onClick={() => split(id, "right")}>
        <PanelRight size={14} aria-hidden />
      </Action>
      <Action label={hint("Split below", "splitBelow")} onClick={() => split(id, "below")}>
        <PanelBottom size={14} aria-hidden />
      </Action>
      <Action
        label={hint(maximized ? "Show all panels" : "Fill the window", "maximize")}
        onClick={() => {
          if (!isGroupActive) dock.focus(id);
          dock.toggleMaximized();
        }}
      >
        {maximized ? <Minimize2 size={13} aria-hidden /> : <Maximize2 size={13} aria-hidden />}
      </Action>
    </div>
  );
}

function Action({ label, onClick, children }: { label: string; onClick: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      className="grid size-6 place-items-center rounded-sm hover:bg-hover hover:text-text"
      onClick={onClick}
    >
      {children}
    </button>
  );
}
