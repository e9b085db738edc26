/** What is looked for and how a stream is read, without the rest of the broker: a worker loads them alone. */

export { shortestHeld } from "./event-redactor.ts";
export { formsOf } from "./forms.ts";
export { type Framing, framingOf, ServerFrames } from "./framing.ts";
export { findWrapped, Needles } from "./needles.ts";
export { type Placed, type Read, Strands } from "./strands.ts";
export { silenceMs } from "./stream.ts";
