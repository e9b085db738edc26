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

test("in a hurry it is asked at once, once, and then as often as at first", async () => {
  const asked: number[] = [];
  const began = Date.now();
  let answer = (): Promise<boolean> => Promise.resolve(false);
  const again = new AskAgain<string>(() => {
    asked.push(Date.now() - began);
    return answer();
  });
  again.want("one");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.splice(0)).toEqual([1_000, 3_000, 7_000]);
  again.hurry("one");
  await vi.advanceTimersByTimeAsync(3_000);
  expect(asked.splice(0)).toEqual([10_000, 11_000, 13_000]);
  // Also what nobody waited for; and one that is being asked is asked once more, with one series of later questions.
  const slow = Promise.withResolvers<boolean>();
  answer = () => slow.promise;
  again.hurry("one");
  answer = async () => true;
  again.hurry("one");
  await vi.advanceTimersByTimeAsync(0);
  slow.resolve(false);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked).toEqual([13_000, 13_000]);
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
