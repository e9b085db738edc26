/** Updates as the window shows them: a line when there is a newer version, and the way to ask for one. */
export { UpdateBanner } from "./banner.tsx";
export { checkForUpdates } from "./check.ts";
