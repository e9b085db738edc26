/**
 * What can stand in the middle of the window, and how it gets there.
 *
 * A screen becomes a docked panel by one call at module level:
 *
 *   export const diffPanel = definePanel<{ workspaceId: string }>({
 *     kind: "diff",
 *     identity: (params) => params.workspaceId,
 *     parse: (saved) => …,                       // layout survives restarts: what was saved is checked again
 *     Body: lazy(() => import("./diff-screen.tsx")),
 *     Tab: ({ params }) => <><Sign … /><span className="truncate">…</span></>,
 *     useTitle: ({ workspaceId }) => …,
 *   });
 *   diffPanel.open({ workspaceId }, { place: "below" });
 *
 * `dock` holds the commands (next tab, split, close, …), `useDock` what is open and in front. Neither loads dockview: the dock itself is a
 * chunk of its own, and requests made before it is there wait for it.
 */
import type { ComponentType, ReactNode } from "react";
import { create } from "zustand";

export type Placement = "tab" | "right" | "below" | "left" | "above";
export type Direction = "left" | "right" | "up" | "down";

export type OpenOptions = {
  /** `tab` (default): in the group in front. Otherwise a new group on that side of `beside`, or of the panel in front. */
  place?: Placement;
  /** Id of the panel that `place` refers to. */
  beside?: string;
  /** Keyboard focus goes into the panel. Default true; false also leaves the tab in front where it is. */
  focus?: boolean;
};

export type PanelProps<Params> = {
  params: Params;
  panelId: string;
  /** Its tab is the one shown in its group. */
  visible: boolean;
  /** It is the panel that has, or last had, the keyboard. */
  active: boolean;
};
export type PanelTabProps<Params> = { params: Params; active: boolean };

export type PanelSpec<Params> = {
  /** Unique; part of the saved layout, so it does not change once released. */
  kind: string;
  /** Panels with the same identity are one: opening it again brings it to the front. */
  identity: (params: Params) => string;
  /** Parameters from an earlier start, or null when they mean nothing (any more): the panel is left out then. */
  parse: (saved: unknown) => Params | null;
  Body: ComponentType<PanelProps<Params>>;
  Tab: ComponentType<PanelTabProps<Params>>;
  /** A hook: the tab's tooltip and what screen readers call it. May look at live lists. */
  useTitle: (params: Params) => string;
};

export type PanelKind<Params> = {
  kind: string;
  idOf: (params: Params) => string;
  open: (params: Params, options?: OpenOptions) => void;
  /** Parameters of an open panel of this kind, null for any other panel. */
  paramsOf: (panel: OpenPanel | null | undefined) => Params | null;
};

/** An open panel as the rest of the window sees it. */
export type OpenPanel = { id: string; kind: string; params: unknown; visible: boolean };

/** A kind without its type parameter, as the dock needs it. */
export type RegisteredKind = {
  kind: string;
  accepts: (params: unknown) => boolean;
  useTitle: (params: unknown) => string;
  body: (params: unknown, props: Omit<PanelProps<never>, "params">) => ReactNode;
  tab: (params: unknown, props: { active: boolean }) => ReactNode;
};

const kinds = new Map<string, RegisteredKind>();

export function registeredKind(kind: string): RegisteredKind | undefined {
  return kinds.get(kind);
}

export function definePanel<Params extends object>(spec: PanelSpec<Params>): PanelKind<Params> {
  const { kind, parse, Body, Tab } = spec;
  const idOf = (params: Params) => `${kind}:${spec.identity(params)}`;
  kinds.set(kind, {
    kind,
    accepts: (saved) => parse(saved) !== null,
    useTitle: (saved) => {
      const params = parse(saved);
      // The parameters of a panel never change, so neither does the way through here.
      // biome-ignore lint/correctness/useHookAtTopLevel: see above
      return params === null ? "" : spec.useTitle(params);
    },
    body: (saved, props) => {
      const params = parse(saved);
      return params === null ? null : <Body params={params} {...props} />;
    },
    tab: (saved, props) => {
      const params = parse(saved);
      return params === null ? null : <Tab params={params} {...props} />;
    },
  });
  return {
    kind,
    idOf,
    open: (params, options = {}) => dock.open({ id: idOf(params), kind, params }, options),
    paramsOf: (panel) => (panel?.kind === kind ? parse(panel.params) : null),
  };
}

export type PanelRequest = { id: string; kind: string; params: object };

/** What the mounted dock can do. Ids of panels that are not open are ignored: a panel may go away while a click is on its way. */
export type DockCommands = {
  open: (panel: PanelRequest, options: OpenOptions) => void;
  close: (panelId: string) => void;
  closeOthers: (panelId: string) => void;
  /** Brings a panel to the front and gives it the keyboard. */
  focus: (panelId: string) => void;
  nextTab: () => void;
  previousTab: () => void;
  focusNeighbour: (direction: Direction) => void;
  /** Moves a panel into a new group beside its own. */
  split: (panelId: string, place: "right" | "below") => void;
  /** The group in front fills the dock; again: as before. */
  toggleMaximized: () => void;
};

export type DockState = {
  panels: readonly OpenPanel[];
  /** The panel that has, or last had, the keyboard. */
  frontId: string | null;
  maximized: boolean;
  /** A panel that shall take the keyboard as soon as it can; a body that loads late asks here when it is ready. */
  focusWanted: string | null;
};

export const useDock = create<DockState>(() => ({ panels: [], frontId: null, maximized: false, focusWanted: null }));

/** Marks what takes the keyboard when its panel is brought to the front; without it the first field or button does. */
export const panelFocusAttribute = "data-panel-focus";
/** Marks a body that is not ready for the keyboard: it looks at `focusWanted` itself when it is. */
export const panelFocusLaterAttribute = "data-panel-focus-later";

let mounted: DockCommands | null = null;
let waiting: ((commands: DockCommands) => void)[] = [];

/** Called by the dock once it can take commands; returns what takes it out again. */
export function mountDock(commands: DockCommands): () => void {
  mounted = commands;
  const run = waiting;
  waiting = [];
  for (const command of run) command(commands);
  return () => {
    if (mounted === commands) mounted = null;
  };
}

function send(command: (commands: DockCommands) => void): void {
  if (mounted === null) waiting.push(command);
  else command(mounted);
}

export const dock: DockCommands = {
  open: (panel, options) => send((to) => to.open(panel, options)),
  close: (panelId) => send((to) => to.close(panelId)),
  closeOthers: (panelId) => send((to) => to.closeOthers(panelId)),
  focus: (panelId) => send((to) => to.focus(panelId)),
  nextTab: () => send((to) => to.nextTab()),
  previousTab: () => send((to) => to.previousTab()),
  focusNeighbour: (direction) => send((to) => to.focusNeighbour(direction)),
  split: (panelId, place) => send((to) => to.split(panelId, place)),
  toggleMaximized: () => send((to) => to.toggleMaximized()),
};

/** The panel that has, or last had, the keyboard. */
export function frontPanel(state: DockState): OpenPanel | null {
  return state.panels.find((panel) => panel.id === state.frontId) ?? null;
}
