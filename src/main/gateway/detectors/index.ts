/** The detectors, without the rest of the gateway: a worker loads them alone. */
export { Scanner } from "./scanner.ts";
