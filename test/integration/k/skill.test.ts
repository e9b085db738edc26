/** SKILL.md is true: every example in it runs, and those that say what they print do print it. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { scripts, TestK } from "#test/product/k.ts";
import { missing } from "#test/requirements.ts";

const skill = readFileSync(resolve(scripts, "../skills/k/SKILL.md"), "utf8");

test.skipIf(missing("bash", "perl", "python3"))(
  "an agent that copies the examples of SKILL.md gets what they say",
  async () => {
    await using k = new TestK();
    const examples = [...skill.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block!);
    expect(examples.length).toBeGreaterThan(4);
    const said: string[] = [];
    for (const example of examples.flatMap(split)) {
      const [, command = example, promise] = /^([^\n]*?)\s+# (.*)$/.exec(example) ?? [];
      if (promise?.includes("not run by tests")) continue;
      const { out, err, code } = await k.run("k", [], { shell: ["bash", "-c", `PATH=${scripts}:$PATH; ${command}`] });
      expect([command, err]).toEqual([command, ""]);
      said.push(out);
      if (/^(?:\{|\d|\/)/.test(promise ?? "")) {
        const [start, end = ""] = promise!.split("…").map((part) => part.trim());
        expect(out.startsWith(start!)).toBe(true);
        expect(out).toContain(end.replace(/^"/, ""));
      }
      if (!promise?.startsWith("{") && !command.includes("-x")) expect(code).toBe(0);
    }
    expect(said).toContain('any "quotes", $variables and\nline breaks\n');
    expect(said.some((out) => out.includes("sure?"))).toBe(true);
  },
);

/** One per line, but a here document is one with its text. */
function split(block: string): string[] {
  const parts = block.match(/^.*<<'EOF'\n[\s\S]*?^EOF\n|^.+\n/gm) ?? [];
  return parts.map((part) => part.trimEnd());
}
