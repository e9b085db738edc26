import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ActivityState } from "../contract/activities.ts";
import { decide, silenceMs } from "./decide.ts";
import {
  type Claim,
  type Claiming,
  claimed,
  claiming,
  type Key,
  noSignals,
  refusedHook,
  type Signals,
  typed,
  withdrawn,
} from "./signals.ts";

const start = Date.parse("2026-01-01T12:00:00Z");

/** `[seconds, source, state]`, `[seconds, "key", key]`; in the order given. */
type Step = [number, Claiming, ActivityState, Partial<Claim>?] | [number, "key", Key];

function heard(...steps: Step[]): Signals {
  return steps.reduce(
    (signals, step) => {
      const at = start + step[0] * 1000;
      if (step[1] === "key") return typed(signals, step[2], at);
      return claimed(signals, step[1], { state: step[2], evidence: `${step[1]} says ${step[2]}`, ...step[3] }, at);
    },
    noSignals(start, true),
  );
}

function outcome(...steps: Step[]): string {
  const { state, source, guess } = decide(heard(...steps));
  return `${state} by ${source}${guess ? ", a guess" : ""}`;
}

describe("the state", () => {
  test.each<[string, Step[], string]>([
    ["nothing heard", [], "unknown by none"],
    ["a hook", [[1, "hook", "working"]], "working by hook"],
    [
      "a newer hook",
      [
        [1, "hook", "working"],
        [2, "hook", "done"],
      ],
      "done by hook",
    ],
    [
      "an older hook that comes late",
      [
        [2, "hook", "done"],
        [1, "hook", "working"],
      ],
      "done by hook",
    ],
    [
      "a sequence after a hook",
      [
        [1, "hook", "working"],
        [60, "sequence", "waiting"],
      ],
      "working by hook",
    ],
    ["a sequence before any hook", [[1, "sequence", "waiting"]], "waiting by sequence"],
    [
      "a hook after a sequence",
      [
        [1, "sequence", "waiting"],
        [2, "hook", "working"],
      ],
      "working by hook",
    ],
    ["the screen alone", [[1, "screen", "permission"]], "permission by screen, a guess"],
    [
      "the end of the process over everything",
      [
        [1, "exit", "failed"],
        [2, "hook", "working"],
      ],
      "failed by exit",
    ],
    [
      "a question nobody answers",
      [
        [1, "hook", "permission"],
        [99, "screen", "waiting"],
      ],
      "permission by hook",
    ],
    [
      "an answered question",
      [
        [1, "hook", "permission"],
        [2, "key", "answer"],
      ],
      "working by keys, a guess",
    ],
    [
      "keys before the question",
      [
        [1, "key", "enter"],
        [2, "hook", "permission"],
      ],
      "permission by hook",
    ],
    [
      "what the screen shows after the answer",
      [
        [1, "hook", "permission"],
        [2, "key", "interrupt"],
        [4, "screen", "waiting"],
      ],
      "waiting by screen, a guess",
    ],
    [
      "what the screen showed before the answer",
      [
        [1, "hook", "permission"],
        [2, "screen", "waiting"],
        [3, "key", "answer"],
      ],
      "working by keys, a guess",
    ],
    [
      "the next hook after the answer",
      [
        [1, "hook", "permission"],
        [2, "key", "answer"],
        [3, "screen", "waiting"],
        [4, "hook", "working"],
      ],
      "working by hook",
    ],
    [
      "an interrupt that nothing confirms",
      [
        [1, "hook", "working"],
        [2, "key", "interrupt"],
      ],
      "working by keys, a guess",
    ],
    [
      "Enter while it works",
      [
        [1, "hook", "working"],
        [2, "key", "enter"],
        [3, "sequence", "waiting"],
      ],
      "working by hook",
    ],
    [
      "an interrupt that the title confirms",
      [
        [1, "hook", "working"],
        [2, "key", "interrupt"],
        [3, "sequence", "waiting"],
      ],
      "waiting by sequence",
    ],
    [
      "a prompt on the screen soon after work",
      [
        [1, "hook", "working"],
        [5, "screen", "waiting"],
      ],
      "working by hook",
    ],
    [
      "a prompt on a screen that has long been still",
      [
        [1, "hook", "working"],
        [1 + silenceMs / 1000, "screen", "waiting"],
      ],
      "waiting by screen, a guess",
    ],
    [
      "the screen cannot say that a turn goes on",
      [
        [1, "hook", "done"],
        [99, "screen", "working"],
      ],
      "done by hook",
    ],
    [
      "Enter after the end of a turn",
      [
        [1, "hook", "done"],
        [2, "key", "enter"],
      ],
      "done by hook",
    ],
    [
      "hooks that are lost: Enter, and the screen works",
      [
        [1, "hook", "done"],
        [2, "key", "enter"],
        [6, "screen", "working"],
      ],
      "working by screen, a guess",
    ],
    [
      "Enter after a bell",
      [
        [1, "sequence", "waiting"],
        [2, "key", "enter"],
      ],
      "unknown by keys",
    ],
    ["a hook that says its session ended", [[1, "hook", "unknown"]], "unknown by hook"],
    [
      "a sequence after its session ended",
      [
        [1, "hook", "unknown"],
        [2, "sequence", "waiting"],
      ],
      "waiting by sequence",
    ],
  ])("%s", (_, steps, expected) => {
    expect(outcome(...steps)).toBe(expected);
  });

  test("began when its source first said so, whatever it said in between about the same", () => {
    const { since, at, evidence } = decide(
      heard([1, "hook", "working"], [5, "hook", "working", { evidence: "Is about to run `ls`" }]),
    );
    expect([since, at, evidence]).toEqual([
      "2026-01-01T12:00:01.000Z",
      "2026-01-01T12:00:05.000Z",
      "Is about to run `ls`",
    ]);
  });

  test("of a withdrawn screen is unknown again", () => {
    expect(decide(withdrawn(heard([1, "screen", "waiting"]), "screen")).state).toBe("unknown");
  });
});

describe("a question of several things at once", () => {
  const asks: Step = [1, "hook", "permission", { topic: "a" }];
  test.each<[string, Step[], string]>([
    ["stands while another tool ends", [asks, [2, "hook", "working", { topic: "b" }]], "permission by hook"],
    ["is over when its own tool has run", [asks, [2, "hook", "working", { topic: "a" }]], "working by hook"],
    ["is over with the next prompt", [asks, [2, "hook", "working"]], "working by hook"],
    [
      "is over when it was answered and anything goes on",
      [asks, [2, "key", "answer"], [3, "hook", "working", { topic: "b" }]],
      "working by hook",
    ],
  ])("%s", (_, steps, expected) => {
    expect(outcome(...steps)).toBe(expected);
  });

  test("a late report does not undo the end of a turn, and a reminder does not hide what was asked", () => {
    const report = { unless: ["done", "failed"] } satisfies Partial<Claim>;
    expect(outcome([1, "hook", "done"], [2, "hook", "working", report])).toBe("done by hook");
    expect(outcome([1, "hook", "working"], [2, "hook", "working", report])).toBe("working by hook");
    const reminded = heard(
      [1, "hook", "permission", { evidence: "run `ls`" }],
      [7, "hook", "permission", { evidence: "Claude needs your permission", unless: ["permission"] }],
    );
    expect(decide(reminded).evidence).toBe("run `ls`");
    expect(
      outcome([1, "hook", "permission"], [2, "key", "interrupt"], [60, "hook", "waiting", { unless: ["permission"] }]),
    ).toBe("waiting by hook");
  });
});

describe("what is missing is said", () => {
  const degraded = (signals: Signals) => decide(signals).degraded;
  test("hooks that were never heard, that were lost, and that were not believed", () => {
    expect(degraded(heard())).toBeNull();
    expect(degraded(heard([1, "hook", "working"]))).toBeNull();
    expect(degraded(heard([1, "sequence", "waiting"]))).toBe("Its hooks have not been heard from");
    expect(degraded(heard([1, "hook", "done"], [2, "key", "enter"], [6, "screen", "working"]))).toBe(
      "Its hooks have not said anything about this",
    );
    const refused = refusedHook(heard([1, "sequence", "waiting"]), "its token is not this launch's", start + 2000);
    expect(degraded(refused)).toBe("A hook event was refused: its token is not this launch's");
    expect(degraded(claimed(refused, "hook", { state: "working", evidence: "" }, start + 3000))).toBeNull();
  });

  test("nothing is missing where no hooks were installed", () => {
    const signals = claimed(noSignals(start, false), "sequence", { state: "waiting", evidence: "" }, start + 1000);
    expect(degraded(signals)).toBeNull();
  });
});

const states = ["working", "waiting", "permission", "done", "failed", "unknown"] as const;
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom(...claiming.slice(1)), fc.constantFrom(...states)),
  fc.tuple(
    fc.integer({ min: 1, max: 60 }),
    fc.constant("key" as const),
    fc.constantFrom<Key>("answer", "enter", "interrupt"),
  ),
);
/** No two at the same moment, as the host sees to. */
const anySteps = fc.uniqueArray(anyStep, { maxLength: 14, selector: ([at]) => at });

describe("whatever happens", () => {
  test("a weaker source never wins over a fresher stronger one", () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const signals = heard(...steps);
        const winner = decide(signals);
        const strength = claiming.indexOf(winner.source as Claiming);
        if (strength < 0) return;
        for (const stronger of claiming.slice(0, strength)) {
          const signal = signals.last[stronger];
          if (signal) expect(Date.parse(winner.at)).toBeGreaterThan(signal.at);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("without a key and without a screen the strongest source that has spoken rules", () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const silent = steps.filter(([, source]) => source !== "key" && source !== "screen");
        const signals = heard(...silent);
        const strongest = claiming.find((source) => signals.last[source] && signals.last[source]?.state !== "unknown");
        const { source } = decide(signals);
        if (strongest && signals.last.hook?.state !== "unknown") expect(source).toBe(strongest);
      }),
    );
  });

  test("the order in which the sources are heard does not matter, and the end of the process stays", () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const inOrder = [...steps].sort(([a], [b]) => a - b);
        const bySource = [...inOrder].sort(([, a], [, b]) => a.localeCompare(b));
        expect(decide(heard(...bySource))).toEqual(decide(heard(...inOrder)));
        expect(decide(heard([30, "exit", "done"], ...inOrder)).source).toBe("exit");
      }),
      { numRuns: 1000 },
    );
  });

  test("what the screen says is always marked as a guess, and nothing else that was said is", () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const { source, guess, state } = decide(heard(...steps));
        if (source === "screen") expect(guess).toBe(state !== "unknown");
        else if (source !== "keys") expect(guess).toBe(false);
      }),
    );
  });
});
