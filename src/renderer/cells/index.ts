/** Cells in the window: the inspector's part about the terminal in front, and the panel with one cell's output. */
export { cellPanel } from "./cell-panel.tsx";
export { CellsInspector } from "./cells-inspector.tsx";
