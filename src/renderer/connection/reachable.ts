/** Waiting for the connection to be there. */
import type { Connection } from "./connection.ts";

/** Resolves at once when connected, else when it is connected again; rejects when aborted. */
export function reachable(connection: Connection): (signal: AbortSignal) => Promise<void> {
  return (signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (connection.status.state === "connected") return resolve();
      const finish = () => {
        stop();
        signal.removeEventListener("abort", abort);
      };
      const abort = () => {
        finish();
        reject(signal.reason);
      };
      const stop = connection.onStatus((status) => {
        if (status.state !== "connected") return;
        finish();
        resolve();
      });
      signal.addEventListener("abort", abort, { once: true });
    });
}
