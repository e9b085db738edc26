/** The window's way to main. */
import type { CellarBridge } from "#shared/bridge.ts";
import { tokenOfFragment, uploadPath } from "#shared/connection.ts";
import { Failure } from "#shared/failure.ts";
import type { Connection } from "./connection.ts";
import { DialledConnection } from "./dialled.ts";
import { PortWire } from "./port-wire.ts";
import { put } from "./put.ts";
import { WebSocketWire } from "./websocket-wire.ts";

export type { Client, Connection } from "./connection.ts";
export { ConnectionProvider, useClient, useConnection, useConnectionStatus } from "./context.tsx";
export { problemFrom } from "./problem.ts";
export { reachable } from "./reachable.ts";

declare global {
  interface Window {
    /** Only in Electron. */
    readonly cellar?: CellarBridge;
  }
}

/** Electron when the preload script is there, else browser mode at the address this page came from. */
export function connect(): Connection {
  const bridge = window.cellar;
  if (bridge) {
    return new DialledConnection(new PortWire(bridge), {
      face: "electron",
      pathOf: (file) => bridge.pathOf(file) || null,
      upload: async () => {
        throw new Failure("unavailable", "Uploads are not needed here: Cellar reads the folder itself");
      },
    });
  }
  const token = tokenOfFragment(location.hash);
  const wire = new WebSocketWire(location.origin.replace(/^http/, "ws"), token);
  return new DialledConnection(wire, {
    face: "browser",
    pathOf: () => null,
    upload: (uploadId, path, file, options) => put(uploadPath(uploadId, path), file, token, options ?? {}),
  });
}
