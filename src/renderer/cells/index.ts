/** Cells in the window: the inspector's part about the terminal in front, and the panel with one cell's output. */
export { CellsInspector } from "./cells-inspector.tsx";
