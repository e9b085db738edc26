/** Flow control of one client, with the clock and the connection in the test's hands. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { decodeHostFrame, flowWindowBytes, type HostFrame } from "#shared/terminals/stream.ts";
import { Attachment, gatherMs } from "./attachment.ts";
import { Output } from "./output.ts";

const stalledMs = 1000;
const kib = Buffer.alloc(1024, "x");

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function attached() {
  const output = new Output();
  const program = { paused: false };
  output.from({
    pause() {
      program.paused = true;
    },
    resume() {
      program.paused = false;
    },
  });
  const frames: HostFrame[] = [];
  const size = { cols: 80, rows: 24 };
  const attachment = new Attachment({
    output,
    stalledMs,
    size: () => size,
    snapshot: async () => ({ offset: output.bytes, ...size, screen: Buffer.from("screen") }),
    send({ bytes, written }) {
      frames.push(decodeHostFrame(Buffer.from(bytes.subarray(5))));
      written();
    },
  });
  await vi.advanceTimersByTimeAsync(0);
  const sent = () => frames.reduce((sum, frame) => sum + (frame.type === "data" ? frame.bytes.length : 0), 0);
  const types = () => frames.map(({ type }) => type).join();
  return { output, program, frames, attachment, sent, types };
}

test("the first chunk after silence goes out at once, the next ones together", async () => {
  const { output, frames, types } = await attached();
  output.append(Buffer.from("a"));
  expect(types()).toBe("snapshot,data");
  for (const letter of "bcd") output.append(Buffer.from(letter));
  expect(types()).toBe("snapshot,data");
  await vi.advanceTimersByTimeAsync(gatherMs);
  expect(frames.slice(2)).toEqual([{ type: "data", offset: 1, bytes: Buffer.from("bcd") }]);
  await vi.advanceTimersByTimeAsync(gatherMs);
  output.append(Buffer.from("e"));
  expect(frames.at(-1)).toEqual({ type: "data", offset: 4, bytes: Buffer.from("e") });
});

test("the answer to what the client has typed waits for nothing, also when more was just sent", async () => {
  const { output, frames, attachment, types } = await attached();
  output.append(Buffer.from("a"));
  attachment.typed();
  output.append(Buffer.from("b"));
  expect(frames.at(-1)).toEqual({ type: "data", offset: 1, bytes: Buffer.from("b") });
  output.append(Buffer.from("c"));
  expect(types()).toBe("snapshot,data,data");
});

test("no more is sent than the window, then the program waits, and goes on when half is acknowledged", async () => {
  const { output, program, attachment, sent } = await attached();
  while (!program.paused) output.append(kib);
  expect(output.bytes).toBe(flowWindowBytes + kib.length);
  await vi.advanceTimersByTimeAsync(gatherMs);
  expect(sent()).toBe(flowWindowBytes);
  attachment.acknowledge(1000);
  expect(program.paused).toBe(true);
  attachment.acknowledge(flowWindowBytes / 2 + kib.length);
  expect(program.paused).toBe(false);
  await vi.advanceTimersByTimeAsync(gatherMs);
  expect(sent()).toBe(output.bytes);
});

test("a client that acknowledges nothing for too long holds nobody back, and starts over when it is back", async () => {
  const { output, program, attachment, types, frames } = await attached();
  while (!program.paused) output.append(kib);
  await vi.advanceTimersByTimeAsync(stalledMs - 10);
  expect(program.paused).toBe(true);
  await vi.advanceTimersByTimeAsync(50);
  expect(program.paused).toBe(false);
  for (let i = 0; i < 3000; i++) output.append(kib);
  expect(program.paused).toBe(false);
  const before = frames.length;
  attachment.acknowledge(10);
  await vi.advanceTimersByTimeAsync(0);
  expect(frames.slice(before)).toEqual([expect.objectContaining({ type: "snapshot", offset: output.bytes })]);
  output.append(Buffer.from("new"));
  await vi.advanceTimersByTimeAsync(gatherMs);
  expect(frames.at(-1)).toMatchObject({ type: "data", offset: output.bytes - 3 });
  expect(types().match(/snapshot/g)).toHaveLength(2);
});

test("a slow client that keeps acknowledging never counts as stalled", async () => {
  const { output, program, attachment, types } = await attached();
  while (!program.paused) output.append(kib);
  for (let offset = 1; offset < 20; offset++) {
    await vi.advanceTimersByTimeAsync(stalledMs * 0.9);
    attachment.acknowledge(offset);
  }
  expect(program.paused).toBe(true);
  expect(types().match(/snapshot/g)).toHaveLength(1);
});

test("a change of size has its place between the bytes before and after it", async () => {
  const { output, attachment, frames } = await attached();
  output.append(Buffer.from("first"));
  output.append(Buffer.from("before"));
  attachment.sizeChanged({ cols: 100, rows: 30 });
  output.append(Buffer.from("after"));
  await vi.advanceTimersByTimeAsync(gatherMs);
  const story = frames
    .slice(1)
    .map((frame) => (frame.type === "data" ? Buffer.from(frame.bytes).toString() : frame.type));
  expect(story).toEqual(["first", "before", "size", "after"]);
});

test("the end comes once, after the last byte has been sent", async () => {
  const { output, attachment, types, sent } = await attached();
  for (let at = 0; at <= flowWindowBytes; at += kib.length) output.append(kib);
  output.end();
  await vi.advanceTimersByTimeAsync(gatherMs * 2);
  expect(types()).not.toContain("end");
  attachment.acknowledge(flowWindowBytes);
  expect(sent()).toBe(output.bytes);
  expect(types().endsWith("data,end")).toBe(true);
  attachment.acknowledge(output.bytes);
  expect(types().match(/end/g)).toHaveLength(1);
});

test("a client that leaves lets the program go on", async () => {
  const { output, program, attachment } = await attached();
  while (!program.paused) output.append(kib);
  attachment.close();
  expect(program.paused).toBe(false);
});

test("one follower's failure does not reach the others or the program", async () => {
  const { output, sent } = await attached();
  output.follow({
    outputArrived() {
      throw new Error("broken follower");
    },
    outputEnded() {},
    holdsBack: () => false,
  });
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  output.append(Buffer.from("fine"));
  expect(sent()).toBe(4);
  expect(error).toHaveBeenCalledOnce();
  error.mockRestore();
});
