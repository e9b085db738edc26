/** Lists that change while they are looked at. */
export {
  type Lists,
  ListsProvider,
  openLists,
  type SettingsState,
  useActivity,
  useBottle,
  useBottles,
  useDesktopState,
  useGateway,
  useGateways,
  useHeldCells,
  useHostStatus,
  useJobs,
  useLaunches,
  useLists,
  useNotifications,
  usePendingProposals,
  useProposals,
  useSettings,
  useSettingsState,
  useTerminal,
  useTerminalSummaries,
  useTerminals,
  useUpdateState,
  useUsage,
  useUsages,
  useVaultState,
  useWorkspace,
  useWorkspaces,
} from "./lists.ts";
export { bottleIsHere, here, ownWorkspace } from "./place.ts";
export { sameJson } from "./same.ts";
export type { LiveSnapshot, LiveStatus } from "./source.ts";
export { limitOf, type TerminalSummary } from "./summary.ts";
export { useLiveList } from "./use-live.ts";
