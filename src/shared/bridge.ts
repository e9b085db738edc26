/**
 * What the preload script gives to a window in Electron as `window.cellar`, and nothing else: a way to ask main for a port, and the real
 * path of something dropped. A port cannot pass the context bridge, so it arrives as a `message` event of the window:
 * `event.data` is a {@link PortAnswer} and `event.ports[0]` the port.
 */
import { z } from "zod";
import { terminalId, terminalSize } from "./contract/base.ts";

export const portRequest = z.discriminatedUnion("kind", [
  /** The contract. */
  z.strictObject({ kind: z.literal("rpc") }),
  /** One attached terminal: binary messages, one frame of `terminals/stream.ts` each. Without a size it only watches. */
  z.strictObject({
    kind: z.literal("terminal"),
    terminalId,
    size: terminalSize.nullable(),
    focused: z.boolean(),
  }),
]);
export type PortRequest = z.infer<typeof portRequest>;

/** Marks the window message that carries a port; also the name of the IPC channel behind it. */
export const portChannel = "cellar:port";

export type PortAnswer = { channel: typeof portChannel; requestId: string };

export type CellarBridge = {
  /** Asks main for a port; it arrives as a window message with the same `requestId`. */
  requestPort(requestId: string, request: PortRequest): void;
  /** Real path of a dropped or chosen file; empty when it has none. */
  pathOf(file: File): string;
};
