/** Lists that change while they are looked at. */
export {
  ListsProvider,
  openLists,
  useJobs,
  useLaunches,
  useLists,
  useNotifications,
  useTerminal,
  useTerminals,
  useTerminalsPart,
  useWorkspace,
  useWorkspaces,
} from "./lists.ts";
export { sameJson } from "./same.ts";
export { type SettingsState, useSettings, useSettingsState } from "./settings.ts";
export type { LiveSnapshot, LiveStatus } from "./source.ts";
export { useLiveList } from "./use-live.ts";
export { LiveValue, useLiveValue } from "./value.ts";
