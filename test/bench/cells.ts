/** Cells: what submitting and completing one costs. */
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import { type Figure, median, percentile } from "./figure.ts";

export async function measureCells(host: TerminalHostClient): Promise<Figure[]> {
  const terminal = await host.call("terminals.create", { argv: ["bash", "-i"] });
  await host.call("cells.run", {
    terminalId: terminal.id,
    code: "PS1='$EPOCHREALTIME $ '",
    limitSeconds: 30,
    via: "script",
  });
  const fires: number[] = [];
  const runs: number[] = [];
  const completions: number[] = [];
  for (let run = 0; run < 100; run++) {
    const started = performance.now();
    const done = new Promise<number>((resolve) => {
      const stop = host.onEvent((event) => {
        if (event.type !== "cell" || event.event.type !== "done") return;
        stop();
        resolve(performance.timeOrigin + performance.now());
      });
    });
    await host.call("cells.fire", { terminalId: terminal.id, code: "true", limitSeconds: 30, via: "script" });
    fires.push(performance.now() - started);
    const at = await done;
    runs.push(performance.now() - started);
    // The prompt says when it was made.
    const { lastLine } = await host.call("terminals.get", { id: terminal.id });
    const shownAt = Number.parseFloat(lastLine) * 1000;
    if (!Number.isNaN(shownAt)) completions.push(at - shownAt);
  }
  await host.call("terminals.kill", { id: terminal.id, force: true });
  return [
    { name: "cell, fire until accepted, p50", value: median(fires), unit: "ms" },
    { name: "cell `true` in bash, fire → done event, p50", value: median(runs), unit: "ms" },
    {
      name: "prompt back → done event, p50",
      value: median(completions),
      unit: "ms",
      budget: { at: "most", value: 2 },
      note: `p99 ${percentile(completions, 0.99).toFixed(1)} ms`,
    },
  ];
}
