/** Activity: the state machine that says what a launched agent program is doing. */
export { claimOfHook, dialects } from "./adapters/index.ts";
export { type LaunchedAgent, launchedAgent } from "./agent.ts";
export { decide, silenceMs } from "./decide.ts";
export { keyOf } from "./keys.ts";
export { isNews } from "./news.ts";
export { claimOfScreen, type ScreenSign } from "./screen.ts";
export { claimOfSequence, type SequenceNotice } from "./sequences.ts";
export {
  type Claim,
  type Claiming,
  claimed,
  noSignals,
  refusedHook,
  type Signals,
  typed,
  withdrawn,
} from "./signals.ts";
