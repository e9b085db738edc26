/** Cells: what submitting and completing one costs. */
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import { type Figure, median, percentile } from "./figure.ts";
import { Watcher } from "./watcher.ts";

export async function measureCells(host: TerminalHostClient): Promise<Figure[]> {
  const terminal = await host.call("terminals.create", { argv: ["bash", "-i"] });
  await host.call("cells.run", { terminalId: terminal.id, code: "true", limitSeconds: 30, via: "script" });
  const fires: number[] = [];
  const runs: number[] = [];
  const completions: number[] = [];
  const watcher = await Watcher.attach(host, terminal.id);
  await watcher.snapshot;
  let lastByte = 0;
  watcher.onData(() => {
    lastByte = performance.now();
  });
  for (let run = 0; run < 100; run++) {
    const started = performance.now();
    const completed = new Promise<void>((resolve) => {
      const stop = host.onEvent((event) => {
        if (event.type !== "cell" || event.event.type !== "done") return;
        stop();
        // The prompt's last bytes come after the mark that ends the cell; when they were first, this is how long the event took.
        completions.push(Math.max(0, performance.now() - lastByte));
        runs.push(performance.now() - started);
        resolve();
      });
    });
    await host.call("cells.fire", { terminalId: terminal.id, code: "true", limitSeconds: 30, via: "script" });
    fires.push(performance.now() - started);
    await completed;
  }
  watcher.close();
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
