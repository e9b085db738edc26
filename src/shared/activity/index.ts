/** Activity: the state machine that says what a launched agent program is doing. */
export type { HookEvent } from "./adapters/hook-event.ts";
export { claimOfHook, type Dialect, dialects } from "./adapters/index.ts";
export { type LaunchedAgent, launchedAgent } from "./agent.ts";
export { decide, doubtedSince, silenceMs } from "./decide.ts";
export { keyOf } from "./keys.ts";
export { isNews } from "./news.ts";
export { claimOfScreen, type ScreenSign } from "./screen.ts";
export { claimOfSequence, type SequenceNotice, type SequenceSigns } from "./sequences.ts";
export {
  type Claim,
  type Claiming,
  claimed,
  type Key,
  noSignals,
  refusedHook,
  type Signal,
  type Signals,
  typed,
  withdrawn,
} from "./signals.ts";
export { longestEvidence, oneLine } from "./text.ts";
