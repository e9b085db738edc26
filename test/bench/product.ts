/** The product as a whole: start until ready, keys through main, what the window loads first. */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { Product } from "#test/product/product.ts";
import { type Figure, median } from "./figure.ts";

const root = resolve(import.meta.dirname, "../..");

export async function measureStart(): Promise<Figure[]> {
  const times: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < 5; run++) {
    const started = performance.now();
    await using product = await Product.start();
    times.push(performance.now() - started);
    const bareStart = performance.now();
    execFileSync(process.execPath, ["-e", "0"]);
    bare.push(performance.now() - bareStart);
    void product;
  }
  return [
    {
      name: "`cellar serve` until ready, p50",
      value: median(times),
      unit: "ms",
      budget: { at: "most", value: 400 },
      note: `a bare node takes ${median(bare).toFixed(0)} ms`,
    },
  ];
}

/** JavaScript that index.html loads before anything is clicked: its scripts and what they import statically. */
export function measureInitialScript(): Figure[] {
  const folder = join(root, "out", "renderer");
  const html = readFileSync(join(folder, "index.html"), "utf8");
  const wanted = [...html.matchAll(/(?:src|href)="\.?\/?([^"]+\.js)"/g)].map((match) => match[1]!);
  const seen = new Set<string>();
  let bytes = 0;
  while (wanted.length > 0) {
    const file = wanted.pop()!;
    if (seen.has(file)) continue;
    seen.add(file);
    const text = readFileSync(join(folder, file));
    bytes += gzipSync(text).byteLength;
    const here = file.slice(0, file.lastIndexOf("/") + 1);
    for (const match of text.toString().matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) wanted.push(here + match[1]!);
  }
  if (seen.size === 0 || statSync(folder).isFile()) throw new Error("no script found in out/renderer/index.html");
  return [
    {
      name: "initial JavaScript of the window, gzip",
      value: bytes / 1000,
      unit: "kB",
      budget: { at: "most", value: 500 },
      note: `${seen.size} files`,
    },
  ];
}
