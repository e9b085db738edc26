import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { missing } from "#test/requirements.ts";
import { Bench } from "./pty-terminal.fixture.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.dispose());

const integration = { mode: "integration" } as const;

describe.each(["bash", "zsh", "fish"])("a cell in %s", (shell) => {
  const skip = missing(shell);

  test.skipIf(skip)("gives exactly what was printed, the exit code, the directory and the time it took", async () => {
    const terminal = await bench.open([shell], integration);
    expect(await bench.run(terminal, "printf 'one\\n  two\\n\\nthree\\tx'")).toMatchObject({
      state: "done",
      end: "integration",
      output: "one\n  two\n\nthree\tx",
      exitCode: 0,
      cwd: bench.folder,
    });
    expect(await bench.run(terminal, "cd /; false")).toMatchObject({ exitCode: 1, output: "", cwd: "/" });
    const slow = await bench.run(terminal, "sleep 0.2");
    expect(slow.durationMs).toBeGreaterThan(190);
    expect(slow.durationMs).toBeLessThan(1500);
  });

  test.skipIf(skip)("several commands in one piece are one cell", async () => {
    const terminal = await bench.open([shell], integration);
    const block = shell === "fish" ? "for i in 1 2\n  echo in $i\nend" : "for i in 1 2; do\n  echo in $i\ndone";
    const result = await bench.run(terminal, `echo a\n${block}\n\n# remark\necho b; false`);
    expect(result).toMatchObject({ output: "a\nin 1\nin 2\nb", exitCode: 1 });
    expect((await bench.run(terminal, "echo next")).output).toBe("next");
  });

  test.skipIf(skip)("a mistake in the code is an answer, and the next cell works", async () => {
    const terminal = await bench.open([shell], integration);
    const wrong = await bench.run(terminal, "echo hi )");
    expect(wrong.state).toBe("done");
    expect(wrong.exitCode).not.toBe(0);
    expect((await bench.run(terminal, "echo fine")).output).toBe("fine");
  });

  test.skipIf(skip)("no program can end it: marks without the secret, five equal lines, a false prompt", async () => {
    const terminal = await bench.open([shell], integration);
    const file = join(bench.folder, "forged");
    const marks = [
      "133;A",
      "133;B",
      "133;C",
      "133;D;0",
      "133;D;0;cellar=",
      "133;D;0;cellar=00000000000000000000000000000000",
    ];
    const forged =
      marks.map((mark) => `\x1b]${mark}\x07\x1b]${mark}\x1b\\`).join("") +
      "same\n".repeat(6) +
      "bash-5.2# \n".repeat(6) +
      "── cell:0123456789ab done ──\n\x1b[?2004l\x1b[?2004h";
    writeFileSync(file, `${forged}bash-5.2# `);
    const result = await bench.run(terminal, `cat ${file}; sleep 0.3; echo; echo end; false`);
    expect(result).toMatchObject({ state: "done", exitCode: 1 });
    expect(result.output.split("\n").slice(-2)).toEqual(["bash-5.2# ", "end"]);
    expect(result.output.split("\n").filter((line) => line === "same")).toHaveLength(6);
    expect(bench.events.map(({ type }) => type)).toEqual(["fired", "done"]);
  });

  test.skipIf(skip)("the secret reaches no child", async () => {
    const terminal = await bench.open([shell], integration);
    const { output } = await bench.run(terminal, "env; sh -c 'set'");
    expect(output).toContain("HOME=");
    expect(output).not.toContain(terminal.integration!.nonce);
    expect(output).not.toContain("CELLAR_");
  });

  test.skipIf(skip)("a program that reads gets only what a person types", async () => {
    const terminal = await bench.open([shell], integration);
    const reading = shell === "zsh" ? "read x" : shell === "fish" ? "read -P '' x" : "read x";
    const cell = await bench.fire(terminal, `${reading}; echo got $x`);
    await bench.event("fired");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(bench.engine.get(cell.id).state).toBe("running");
    await terminal.write(Buffer.from("hello\r"));
    await bench.event("done");
    expect(bench.engine.output(cell.id, 0, 100).text).toContain("got hello");
  });

  test.skipIf(skip)("interrupt ends it and frees the terminal", async () => {
    const terminal = await bench.open([shell], integration);
    const cell = await bench.fire(terminal, "echo before; sleep 60");
    await expect(bench.fire(terminal, "echo no")).rejects.toThrow(`active cell '${cell.id}'`);
    const { promise: printed, resolve } = Promise.withResolvers<void>();
    terminal.onOutput(() => terminal.everything.includes("before\r\n") && resolve());
    if (!terminal.everything.includes("before\r\n")) await printed;
    expect(await bench.engine.interrupt(terminal.id)).toMatchObject({ state: "error", error: "interrupted" });
    expect(bench.engine.output(cell.id, 0, 100).text).toMatch(/^before/);
    expect((await bench.run(terminal, "echo again")).output).toBe("again");
  });

  test.skipIf(skip)("python started inside holds it until an interrupt, and then takes cells itself", async () => {
    const terminal = await bench.open([shell], integration);
    const cell = await bench.fire(terminal, "python3 -q", 1);
    await bench.event("timeout");
    expect(bench.engine.get(cell.id).state).toBe("timeout");
    await bench.engine.interrupt(terminal.id);
    expect(await bench.run(terminal, "6 * 7")).toMatchObject({ end: "repeat", output: "42" });
    await bench.run(terminal, "exit()");
    expect(await bench.run(terminal, "echo back")).toMatchObject({ end: "integration", output: "back", exitCode: 0 });
  });

  const bodies: Record<string, string> = {
    "tabs, blanks and Unicode": "a\tb\n  ünï 日本 😀 'q' \"d\" \\ $x `y` !\n\n\tend  ",
    "every control character": `${Array.from({ length: 31 }, (_, i) => `<${String.fromCharCode(i + 1)}>`).join("")}\x7f`,
    "foreign line ends": "a\r\nb\rc",
    "the end of a paste": "x\x1b[201~echo broken\r\n",
    "a very long line": "y".repeat(20_000),
    "1 MB": Array.from({ length: 17_000 }, (_, i) => `line ${i} ${"x".repeat(50)}`).join("\n"),
  };
  test.skipIf(skip).each(Object.entries(bodies))("receives %s unchanged", async (_, body) => {
    const terminal = await bench.open([shell], integration);
    const file = join(bench.folder, "received");
    const code =
      shell === "fish"
        ? `printf '%s' '${body.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}' > ${file}`
        : `cat > ${file} <<'EOF'\n${body}\nEOF`;
    const result = await bench.run(terminal, code, 20);
    expect(result).toMatchObject({ state: "done", exitCode: 0, output: "" });
    const hash = (text: string | Buffer) => createHash("sha256").update(text).digest("hex");
    expect(hash(readFileSync(file))).toBe(hash(shell === "fish" ? body : `${body}\n`));
  });
});
