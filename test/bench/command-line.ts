/** The command line end to end, as a person or a script starts it, beside a bare Node and its bare help. */
import { execFileSync } from "node:child_process";
import { call } from "#test/product/call.ts";
import { program } from "#test/product/command.ts";
import { Product } from "#test/product/product.ts";
import { type Figure, median } from "./figure.ts";

const terminals = 20;
const runs = 15;

export async function measureCommandLine(): Promise<Figure[]> {
  await using product = await Product.start();
  for (let count = 0; count < terminals; count++)
    await call(product, "terminals.create", { command: "exec sleep 1000" });
  const timed = (file: string, args: string[]): number => {
    const started = performance.now();
    execFileSync(file, args, { env: product.environment, stdio: "ignore" });
    return performance.now() - started;
  };
  // Taken in turns, so that what else the machine does falls on all of them.
  const bare: number[] = [];
  const help: number[] = [];
  const list: number[] = [];
  const tab: number[] = [];
  for (let run = 0; run < runs; run++) {
    bare.push(timed(process.execPath, ["-e", "0"]));
    help.push(timed(program, ["--help"]));
    list.push(timed(program, ["ls"]));
    tab.push(timed(program, ["completion", "bash", "--complete", "--", "terminal", "attach", ""]));
  }
  const node = median(bare);
  const against = (name: string, times: number[]): Figure => ({
    name,
    value: median(times) / node,
    unit: "×",
    peer: "node -e 0",
    note: `${median(times).toFixed(0)} ms, node ${node.toFixed(0)} ms`,
  });
  return [
    against(`\`cellar ls\` of ${terminals} terminals, p50`, list),
    against("`cellar --help`, p50", help),
    against("completing a terminal's name, p50", tab),
  ];
}
