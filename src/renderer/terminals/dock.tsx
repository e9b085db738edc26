/** The middle of the window: docked, splittable panels. A chunk of its own, loaded beside the frame; `panels.tsx` is how the rest of the window talks to it. */
import {
  type DockviewApi,
  DockviewReact,
  type DockviewReadyEvent,
  type DockviewTheme,
  type IDockviewPanelHeaderProps,
  type IDockviewPanelProps,
  type SerializedDockview,
} from "dockview-react";
import "dockview-react/dist/styles/dockview.css";
import "./dock.css";
import {
  type ComponentType,
  type KeyboardEvent,
  Suspense,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { rememberDock, savedDock } from "../app/layout.ts";
import {
  dock,
  mountDock,
  panelFocusAttribute,
  panelFocusLaterAttribute,
  registeredKind,
  useDock,
} from "../dock/panels.tsx";
import { sameJson } from "../live/index.ts";
import { commandsOf, type SavedPanel } from "./dock-commands.ts";
import { DockTab } from "./dock-tab.tsx";
import { GroupActions, NewTabAction } from "./group-actions.tsx";
import { useDockCommands } from "./use-dock-commands.ts";

const theme: DockviewTheme = {
  name: "cellar",
  className: "cellar-dock",
  gap: 0,
  dndOverlayMounting: "relative",
  dndPanelOverlay: "group",
  dndTabIndicator: "line",
};

export default function Dock({ Empty }: { Empty: ComponentType }) {
  const [api, setApi] = useState<DockviewApi | null>(null);
  useDockCommands();
  const empty = useRef(Empty);
  empty.current = Empty;
  const Watermark = useMemo(() => () => <empty.current />, []);

  useEffect(() => {
    if (api === null) return;
    const unmount = mountDock(commandsOf(api));
    const publish = () =>
      useDock.setState((before) => {
        const panels = api.panels.map((panel) => {
          const { kind, params } = panel.params as SavedPanel;
          return { id: panel.id, kind, params, visible: panel.api.isVisible };
        });
        return {
          // Dragging a divider changes the layout with every frame, and none of what is said here.
          panels: sameJson(before.panels, panels) ? before.panels : panels,
          frontId: api.activePanel?.id ?? null,
          maximized: api.hasMaximizedGroup(),
        };
      });
    const listening = [
      api.onDidLayoutChange(() => {
        publish();
        rememberDock(api.toJSON());
      }),
      api.onDidActivePanelChange(publish),
      api.onDidMaximizedGroupChange(publish),
    ];
    publish();
    // Where the person left off, unless the keyboard is in use already.
    if (api.activePanel && document.activeElement === document.body) {
      useDock.setState({ focusWanted: api.activePanel.id });
    }
    return () => {
      for (const one of listening) one.dispose();
      unmount();
    };
  }, [api]);

  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const watching = new ResizeObserver(revealTabs);
    watching.observe(element);
    return () => watching.disconnect();
  }, []);

  const ready = ({ api: given }: DockviewReadyEvent) => {
    // Dockview makes each group a landmark; a window with twenty of them has none that helps.
    given.onDidAddGroup((group) => group.element.setAttribute("role", "group"));
    restore(given);
    setApi(given);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the tabs, which are dockview's
    <div ref={frame} className="h-full" onKeyDown={onTabKey}>
      <DockviewReact
        theme={theme}
        components={components}
        tabComponents={tabComponents}
        defaultTabComponent={Tab}
        watermarkComponent={Watermark}
        leftHeaderActionsComponent={NewTabAction}
        rightHeaderActionsComponent={GroupActions}
        onReady={ready}
        disableFloatingGroups
        announcements={false}
      />
    </div>
  );
}

/** On a tab: Enter goes into its panel, Delete closes it. Dockview itself has the arrow keys. */
function onTabKey({ key, target }: KeyboardEvent): void {
  if (key !== "Enter" && key !== "Delete") return;
  const panelId = (target as HTMLElement).closest("[role=tab]")?.getAttribute("data-tab-panel-id");
  if (!panelId) return;
  if (key === "Enter") dock.focus(panelId);
  else dock.close(panelId);
}

/** A group that has become narrower may have left the tab in front outside its strip. After dockview has made room for its list of hidden tabs. */
function revealTabs(): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      for (const tab of document.querySelectorAll(".cellar-dock .dv-tab.dv-active-tab"))
        tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    }),
  );
}

/** What was open at the last start. Panels whose kind or parameters mean nothing any more are left out. */
function restore(api: DockviewApi): void {
  const saved = savedDock();
  if (typeof saved !== "object" || saved === null || !("grid" in saved) || !("panels" in saved)) return;
  try {
    api.fromJSON(saved as SerializedDockview);
  } catch {
    api.clear();
    return;
  }
  for (const panel of [...api.panels]) {
    const { kind, params } = (panel.params ?? {}) as Partial<SavedPanel>;
    if (kind === undefined || !registeredKind(kind)?.accepts(params)) api.removePanel(panel);
  }
}

function Body({ api, params: { kind, params } }: IDockviewPanelProps<SavedPanel>) {
  const frame = useRef<HTMLDivElement>(null);
  const [visible, setVisible] = useState(api.isVisible);
  const [loaded, setLoaded] = useState(false);
  const active = useDock((state) => state.frontId === api.id);
  const wanted = useDock((state) => state.focusWanted === api.id);

  useEffect(() => {
    setVisible(api.isVisible);
    const listening = api.onDidVisibilityChange((event) => setVisible(event.isVisible));
    return () => listening.dispose();
  }, [api]);

  useLayoutEffect(() => {
    if (!wanted || !visible || !loaded) return;
    // After dockview has put the panel in its place: an element outside the document cannot take the keyboard.
    const handle = requestAnimationFrame(() => frame.current && takeKeyboard(frame.current));
    return () => cancelAnimationFrame(handle);
  }, [wanted, visible, loaded]);

  return (
    <div ref={frame} className="h-full outline-none" tabIndex={-1}>
      <Suspense>
        {registeredKind(kind)?.body(params, { panelId: api.id, visible, active })}
        <WhenShown tell={setLoaded} />
      </Suspense>
    </div>
  );
}

/** Says when what stands beside it has loaded. */
function WhenShown({ tell }: { tell: (shown: boolean) => void }) {
  useEffect(() => tell(true), [tell]);
  return null;
}

/** A body that is not ready keeps the wish and fulfils it itself. */
function takeKeyboard(frame: HTMLElement): void {
  const marked = frame.querySelector<HTMLElement>(`[${panelFocusAttribute}]`);
  if (marked === null && frame.querySelector(`[${panelFocusLaterAttribute}]`)) return;
  useDock.setState({ focusWanted: null });
  if (frame.contains(document.activeElement) && document.activeElement !== frame) return;
  const target = marked ?? frame.querySelector<HTMLElement>("input, textarea, select, button, [tabindex='0']") ?? frame;
  target.focus({ preventScroll: true });
}

function Tab({ api, params: { kind, params } }: IDockviewPanelHeaderProps<SavedPanel>) {
  return <DockTab panelId={api.id} kind={kind} params={params} setTitle={(title) => api.setTitle(title)} />;
}

const components = { panel: Body };
const tabComponents = { panel: Tab };
