/** The git gate in the window: `GitGateSection` for a bottle's page, and the panel of all. */
export { openGitGate } from "./git-gate-panel.tsx";
export { GitGateSection } from "./git-gate-section.tsx";
