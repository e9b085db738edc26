/** Carries out the dock's commands on dockview. */
import type { DockviewApi, GroupNavigationDirection, IDockviewPanel } from "dockview-react";
import { type Direction, type DockCommands, type Placement, useDock } from "../dock/panels.tsx";

/** What dockview keeps and saves of a panel. */
export type SavedPanel = { kind: string; params: object };

const sideOf: Record<Placement, "within" | "right" | "below" | "left" | "above"> = {
  tab: "within",
  right: "right",
  below: "below",
  left: "left",
  above: "above",
};

const neighbourOf: Record<Direction, GroupNavigationDirection> = {
  left: "left",
  right: "right",
  up: "up",
  down: "down",
};

export function commandsOf(api: DockviewApi): DockCommands {
  const give = (panel: IDockviewPanel | undefined) => {
    if (panel === undefined) return;
    panel.api.setActive();
    useDock.setState({ focusWanted: panel.id });
  };
  const step = (by: 1 | -1) => {
    const panels = api.activeGroup?.panels ?? [];
    const at = panels.findIndex((panel) => panel.id === api.activePanel?.id);
    give(panels[(at + by + panels.length) % panels.length]);
  };

  return {
    open({ id, kind, params }, { place = "tab", beside, focus = true }) {
      const existing = api.getPanel(id);
      if (existing) {
        if (focus) give(existing);
        return;
      }
      const reference = (beside === undefined ? undefined : api.getPanel(beside)) ?? api.activePanel;
      const saved: SavedPanel = { kind, params };
      const panel = api.addPanel<SavedPanel>({
        id,
        component: "panel",
        tabComponent: "panel",
        title: kind,
        params: saved,
        inactive: !focus,
        ...(reference ? { position: { referencePanel: reference, direction: sideOf[place] } } : {}),
      });
      if (focus) give(panel);
    },
    close(panelId) {
      const panel = api.getPanel(panelId);
      if (panel === undefined) return;
      const hadKeyboard = useDock.getState().frontId === panelId;
      api.removePanel(panel);
      if (hadKeyboard) give(api.activePanel);
    },
    closeOthers(panelId) {
      const kept = api.getPanel(panelId);
      for (const panel of [...(kept?.group.panels ?? [])]) if (panel !== kept) api.removePanel(panel);
      give(kept);
    },
    focus: (panelId) => give(api.getPanel(panelId)),
    nextTab: () => step(1),
    previousTab: () => step(-1),
    focusNeighbour(direction) {
      const { activeGroup } = api;
      if (activeGroup) give(api.adjacentGroupInDirection(activeGroup, neighbourOf[direction])?.activePanel);
    },
    split(panelId, place) {
      const panel = api.getPanel(panelId);
      // A panel that is alone in its group would only leave an empty place behind.
      if (panel === undefined || panel.group.panels.length < 2) return;
      const group = api.addGroup({ referenceGroup: panel.group, direction: sideOf[place] as "right" | "below" });
      panel.api.moveTo({ group });
      give(panel);
    },
    toggleMaximized() {
      if (api.hasMaximizedGroup()) api.exitMaximizedGroup();
      else if (api.activePanel) api.maximizeGroup(api.activePanel);
    },
  };
}
