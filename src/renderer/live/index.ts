/** Lists that change while they are looked at. */
export {
  type Lists,
  ListsProvider,
  openLists,
  useActivity,
  useBottle,
  useBottles,
  useDesktopState,
  useGateway,
  useGateways,
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
export type { TerminalSummary } from "./summary.ts";
export { useTerminalLabel, useTerminalStatus } from "./terminal-status.ts";
export { useLiveList } from "./use-live.ts";
