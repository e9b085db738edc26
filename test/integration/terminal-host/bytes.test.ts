/** Every byte of a terminal arrives, once and in order, whatever happens on the way. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestHost } from "#test/product/terminal-host.ts";

let host: TestHost;
beforeAll(async () => {
  host = await TestHost.start();
});
afterAll(() => host[Symbol.asyncDispose]());

/** Reproducible bytes of every value. */
function noise(length: number): Buffer {
  const out = Buffer.alloc(length);
  let state = 12345;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    out[i] = state >>> 16;
  }
  return out;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

test("1 MB of every byte value comes out as it went in, and is in the log", async () => {
  const bytes = noise(1_000_000);
  writeFileSync(host.folder.in("noise"), bytes);
  const terminal = await host.create("stty raw -echo; echo ready; read start; cat noise");
  const viewer = await host.attach(terminal.id);
  await viewer.until(() => viewer.text.includes("ready"));
  viewer.type("\n");
  await viewer.until(() => viewer.ended);
  expect(hashOf(viewer.data.subarray(-bytes.length))).toBe(hashOf(bytes));
  await host.ended(terminal.id);
  const log = readFileSync(`${host.paths.terminals}/${terminal.id}.log`);
  expect(hashOf(log.subarray(-bytes.length))).toBe(hashOf(bytes));
});

test("a program that ends while it is held back loses none of its last bytes", async () => {
  const terminal = await host.create(
    "stty raw -echo; echo ready; read start; head -c 3000000 /dev/zero | tr '\\0' x; printf END",
  );
  const viewer = await host.attach(terminal.id, { acknowledges: false });
  await viewer.until(() => viewer.text.includes("ready"));
  const before = viewer.offset;
  viewer.type("\n");
  // As much as may be owed: now the program is held back, and some of its output is still in the kernel.
  await viewer.until(() => viewer.offset >= 512 * 1024);
  while (!viewer.ended) {
    viewer.send({ type: "ack", offset: viewer.offset });
    const { offset } = viewer;
    await viewer.until(() => viewer.ended || viewer.offset > offset);
  }
  expect(viewer.offset - before).toBe(3_000_003);
  expect(viewer.text.endsWith("xEND")).toBe(true);
});

test("what the kernel still holds when a held-back program ends is not lost", async () => {
  // A little more than may be owed: the program is held back, writes its last bytes into the kernel's buffer, and ends.
  for (const length of [528_000, 531_000, 540_000, 545_000]) {
    const terminal = await host.create(
      `stty raw -echo; echo ready; read start; head -c ${length} /dev/zero | tr '\\0' x`,
    );
    const viewer = await host.attach(terminal.id, { acknowledges: false });
    await viewer.until(() => viewer.text.includes("ready"));
    const before = viewer.offset;
    viewer.type("\n");
    expect((await host.ended(terminal.id)).bytesOut - before).toBe(length);
    while (!viewer.ended) {
      viewer.send({ type: "ack", offset: viewer.offset });
      const { offset } = viewer;
      await viewer.until(() => viewer.ended || viewer.offset > offset);
    }
    expect(viewer.offset - before).toBe(length);
  }
});

test("attaching in the middle of a flood loses nothing and repeats nothing", async () => {
  const lines = 60_000;
  const terminal = await host.create(`read start; i=0; seq -f 'line %.0f of the flood' ${lines}`);
  const first = await host.attach(terminal.id);
  first.type("\n");
  await first.until(() => first.offset > 100_000);
  const later = [await host.attach(terminal.id), await host.attach(terminal.id)];
  await Promise.all([first, ...later].map((viewer) => viewer.until(() => viewer.ended)));
  for (const viewer of later) {
    expect(viewer.snapshot!.offset).toBeGreaterThan(100_000);
    // What follows the snapshot is the same for all.
    expect(hashOf(viewer.data)).toBe(hashOf(first.data.subarray(first.data.length - viewer.data.length)));
    expect(viewer.snapshot!.offset + viewer.data.length).toBe(first.offset);
    const numbers = [...viewer.text.matchAll(/line (\d+) of/g)].map((match) => Number(match[1]));
    expect(numbers.at(-1)).toBe(lines);
    // The snapshot ends where the data begins: no number is missing or there twice.
    expect(numbers.every((number, index) => index === 0 || number === numbers[index - 1]! + 1)).toBe(true);
  }
});

test("1 MB pasted into a program that reads slowly arrives whole, and other terminals do not wait for it", async () => {
  const paste = Buffer.from(noise(750_000).toString("base64"));
  const slow = await host.create(
    "stty raw -echo; echo ready; sleep 1; dd bs=1000000 iflag=fullblock count=1 2>/dev/null | sha256sum",
  );
  const viewer = await host.attach(slow.id);
  await viewer.until(() => viewer.text.includes("ready"));
  for (let at = 0; at < paste.length; at += 100_000)
    viewer.send({ type: "input", bytes: paste.subarray(at, at + 100_000) });
  const other = await host.create("cat");
  const quick = await host.attach(other.id);
  const started = performance.now();
  quick.type("hello\n");
  await quick.until(() => quick.text.includes("hello\r\nhello"));
  expect(performance.now() - started).toBeLessThan(500);
  expect(viewer.ended).toBe(false);
  await viewer.until(() => viewer.ended);
  expect(viewer.text).toContain(hashOf(paste.subarray(0, 1_000_000)));
  await host.client.call("terminals.kill", { id: other.id, force: true });
});
