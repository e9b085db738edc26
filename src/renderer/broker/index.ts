/** What bottles use at their providers, in the window: the block on a bottle's page, the line for everywhere else, and the log of requests. */

export { LimitReached } from "./limit-form.tsx";
export { UsageLine } from "./usage-line.tsx";
export { UsageSection } from "./usage-section.tsx";
