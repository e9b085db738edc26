import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AskAgain } from "./ask-again.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("is asked ever less often until everything is known, once however often it is wanted", async () => {
  const answers = [false, new Error("away"), false, true];
  const asked: number[] = [];
  const again = new AskAgain<string>(async () => {
    asked.push(Date.now() - began);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer ?? true;
  });
  const began = Date.now();
  again.want("one");
  again.want("one");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([1_000, 3_000, 7_000, 15_000]);
  again.want("one");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toHaveLength(5);
});

test("is not asked after the end", async () => {
  const ask = vi.fn(async () => false);
  const again = new AskAgain<string>(ask);
  again.want("one");
  await vi.advanceTimersByTimeAsync(1_000);
  again.close();
  again.want("two");
  await vi.advanceTimersByTimeAsync(600_000);
  expect(ask).toHaveBeenCalledTimes(1);
});
