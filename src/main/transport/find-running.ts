/** Asks the main that already serves a home where its window is. */
import { contractClient } from "#node/contract-client.ts";
import { appInfo } from "#shared/contract/app.ts";
import { Failure } from "#shared/failure.ts";

/** Time a main that has just taken the lock gets to open its socket. */
const patienceMs = 5_000;
const betweenTriesMs = 50;

export type Running = { url: string | null; pid: number; home: string };

export async function findRunning(socketPath: string): Promise<Running> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const connection = await contractClient(socketPath);
    if (connection === null) {
      if (Date.now() > until) {
        throw new Failure("unavailable", "Cellar already runs for this home, but does not answer", {
          hint: "End it (its pid is in logs/main.log) and start again.",
        });
      }
      await new Promise((resolve) => setTimeout(resolve, betweenTriesMs));
      continue;
    }
    try {
      const { pid, home } = appInfo.parse(await connection.call(["app", "info"], {}));
      const { url } = (await connection.call(["app", "openWindow"], {})) as { url: string | null };
      return { url, pid, home };
    } finally {
      connection.close();
    }
  }
}
