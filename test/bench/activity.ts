/** From a program's hook event to the change of its activity at a subscriber of the terminal host. */
import { once } from "node:events";
import { request } from "node:http";
import { newToken, tokenDigest } from "#node/token.ts";
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import { type Figure, percentile } from "./figure.ts";

const events = ["UserPromptSubmit", "Stop"] as const;

export async function measureActivity(host: TerminalHostClient, socketPath: string): Promise<Figure[]> {
  const token = newToken();
  const agent = {
    tokenDigest: tokenDigest(token),
    speaks: "claude",
    hooksExpected: true,
    prompted: false,
    screen: [],
  } as const;
  const { id } = await host.call("terminals.create", { argv: ["/bin/cat"], agent: { ...agent, screen: [] } });
  const times: number[] = [];
  for (let run = 0; run < 200; run++) {
    const state = run % 2 === 0 ? "working" : "done";
    const told = new Promise<void>((resolve) => {
      const stop = host.onEvent((event) => {
        if (event.type !== "activity" || event.activity.id !== id || event.activity.state !== state) return;
        stop();
        resolve();
      });
    });
    const headers = { authorization: `Bearer ${token}`, "x-cellar-terminal": id, "x-cellar-event": events[run % 2] };
    const started = performance.now();
    const asked = request({ socketPath, path: "/hook", method: "POST", headers });
    asked.end("{}");
    const [answer] = (await once(asked, "response")) as [{ resume(): void }];
    answer.resume();
    await told;
    times.push(performance.now() - started);
    // As fast as an agent may at most, so that none is held off.
    await new Promise((passed) => setTimeout(passed, 20));
  }
  await host.call("terminals.kill", { id, force: true });
  return [
    { name: "hook event → activity at a subscriber, p50", value: percentile(times, 0.5), unit: "ms" },
    { name: "hook event → activity at a subscriber, p99", value: percentile(times, 0.99), unit: "ms" },
  ];
}
