import { expect, test } from "vitest";
import { terminalState } from "#shared/contract/terminals.ts";
import { checkTransition, isFinal, stateAtEnd } from "./state.ts";

const allowed = new Set([
  ...["starting running", "starting failed", "starting cancelled"],
  ...["running succeeded", "running failed", "running cancelled", "running stream_lost"],
]);

test("only the transitions of the table are possible, and a refused one names both states and the terminal", () => {
  for (const from of terminalState.options) {
    for (const to of terminalState.options) {
      const change = () => checkTransition("term-1", from, to);
      if (allowed.has(`${from} ${to}`)) expect(change).not.toThrow();
      else expect(change).toThrow(`Invalid TerminalSession state transition: ${from} -> ${to} (terminal term-1)`);
    }
  }
  expect(terminalState.options.filter(isFinal)).toEqual(["succeeded", "failed", "cancelled", "stream_lost"]);
});

test("killed wins over the exit code, and an unknown exit is lost", () => {
  expect([stateAtEnd(0, true), stateAtEnd(-9, true), stateAtEnd(null, true)]).toEqual(Array(3).fill("cancelled"));
  expect([stateAtEnd(null, false), stateAtEnd(0, false), stateAtEnd(1, false), stateAtEnd(-2, false)]).toEqual([
    ...["stream_lost", "succeeded", "failed", "failed"],
  ]);
});
