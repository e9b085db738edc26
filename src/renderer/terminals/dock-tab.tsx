/** One tab: what the panel's kind shows, and a way to close it. */
import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { terminalShortcuts as shortcuts } from "#shared/commands/shortcuts.ts";
import { shortcutLabel } from "../app/commands.ts";
import { dock, registeredKind, useDock } from "../dock/panels.tsx";
import { ContextMenu, type MenuItem } from "../ui/index.ts";

export function DockTab(props: { panelId: string; kind: string; params: object; setTitle: (title: string) => void }) {
  const { panelId, kind, params, setTitle } = props;
  const active = useDock((state) => state.frontId === panelId);
  const registered = registeredKind(kind);
  const useTitle = registered?.useTitle ?? untitled;
  const title = useTitle(params);

  // Dockview names the tab to screen readers with the panel's title.
  useEffect(() => setTitle(title.split("\n", 1)[0] ?? ""), [title, setTitle]);

  // A tab gets its width only now: until then dockview cannot bring it into view.
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) body.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [active]);

  const items = (): MenuItem[] => [
    { label: "Close", run: () => dock.close(panelId), keys: shortcutLabel(shortcuts.closePanel) },
    { label: "Close the other tabs", run: () => dock.closeOthers(panelId) },
    "separator",
    { label: "Move to the right", run: () => dock.split(panelId, "right") },
    { label: "Move below", run: () => dock.split(panelId, "below") },
  ];

  return (
    <ContextMenu items={items}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the tab around it is dockview's and has the role and the keys */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
      <div
        ref={body}
        data-tip={title}
        className="dock-tab group/tab flex h-full min-w-24 max-w-[min(240px,55cqw)] items-center gap-1.5 pr-1 pl-2.5"
        onClick={() => dock.focus(panelId)}
        onAuxClick={(event) => {
          if (event.button === 1) dock.close(panelId);
        }}
      >
        {registered?.tab(params, { active })}
        {/* Inside a tab nothing else may take the keyboard; there the shortcut and the menu close it. */}
        <span
          aria-hidden
          className="ml-auto grid size-5 flex-none place-items-center rounded-sm text-muted opacity-0 hover:bg-hover hover:text-text group-hover/tab:opacity-100"
          onPointerDown={(event) => event.stopPropagation()}
          onClick={(event) => {
            event.stopPropagation();
            dock.close(panelId);
          }}
        >
          <X size={12} aria-hidden />
        </span>
      </div>
    </ContextMenu>
  );
}

function untitled(): string {
  return "";
}
