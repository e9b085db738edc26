/** A program that does what agents do drives its activity through every transition, through the real host and main. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Activity } from "#shared/contract/activities.ts";
import { call } from "#test/product/call.ts";
import { Launched } from "#test/product/launched.ts";

const entry = `
[my-agent.hooks]
speaks = "claude"
arguments = ["--settings", "{file}"]
file = '{ "hook": "{hook} Stop" }'

[my-agent.signs.title]
working = '^W '
waiting = '^I '

[my-agent.signs.notification]
permission = 'needs your permission'

[[my-agent.signs.screen]]
state = "permission"
pattern = 'Shall I go on\\?'

[[my-agent.signs.screen]]
state = "waiting"
pattern = 'READY FOR MORE'
`;

let launched: Launched;
beforeAll(async () => {
  launched = await Launched.start(entry);
});
afterAll(async () => {
  await launched?.[Symbol.asyncDispose]();
});

const bash = { tool_name: "Bash", tool_input: { command: "rm -rf build" } };
const said = ({ state, source, guess, evidence }: Activity) =>
  `${state} by ${source}${guess ? " (guess)" : ""}: ${evidence}`;

describe("hooks", () => {
  test("take a program from its start through a question to the end of its turn, each told once", async () => {
    const id = await launched.launch();
    expect(await launched.activity(id)).toMatchObject({ state: "unknown", source: "none", degraded: null });
    const steps: [string, object, string][] = [
      ["SessionStart", { source: "startup" }, "waiting by hook: Its session started"],
      ["UserPromptSubmit", { prompt: "go" }, "working by hook: Was given a prompt"],
      ["PreToolUse", bash, "working by hook: Is about to run `rm -rf build`"],
      ["PermissionRequest", bash, "permission by hook: run `rm -rf build`"],
      ["PostToolUse", bash, "working by hook: Had to run `rm -rf build`"],
      ["Stop", {}, "done by hook: Finished its turn"],
      ["PostToolUse", bash, "done by hook: Finished its turn"],
      ["Notification", { notification_type: "idle_prompt" }, "done by hook: Finished its turn"],
      ["UserPromptSubmit", {}, "working by hook: Was given a prompt"],
      ["StopFailure", { error: "rate_limit" }, "failed by hook: rate_limit"],
    ];
    for (const [event, payload, expected] of steps) {
      const { status, said: printed } = await launched.hook(id, event, payload);
      expect([event, status, printed]).toEqual([event, 0, ""]);
      await launched.until(id, (now) => now !== undefined && said(now) === expected);
    }
    const told = (await launched.notifications()).filter(({ terminalId }) => terminalId === id);
    expect(told.map(({ kind, body }) => `${kind}: ${body}`)).toEqual([
      "agent-permission: Asks to run a command",
      "agent-done: Done",
      "agent-failed: Failed: rate_limit",
    ]);
    await launched.submit(id, "exit 3");
    expect(said(await launched.untilState(id, "failed", "exit"))).toBe("failed by exit: Ended with exit 3");
  });

  test("rule over what the terminal is told, until they are in doubt", async () => {
    const id = await launched.launch();
    await launched.hook(id, "UserPromptSubmit");
    await launched.untilState(id, "working", "hook");
    await launched.print(id, "\u0007\u001b]9;look here\u0007\u001b]2;I idle\u0007");
    await launched.hook(id, "PreToolUse", bash);
    expect(said(await launched.until(id, (now) => now?.evidence.includes("rm -rf") ?? false))).toMatch(
      /^working by hook/,
    );
    // Esc: the program says nothing of it, as Claude Code does not.
    await call(launched.product, "terminals.write", { id, text: "\u001b" });
    expect(await launched.until(id, (now) => now?.source === "keys")).toMatchObject({ state: "working", guess: true });
    await launched.print(id, "\u001b]2;W again\u0007");
    await launched.print(id, "\u001b]2;I idle again\u0007");
    expect(await launched.untilState(id, "waiting", "sequence")).toMatchObject({
      degraded: "Its hooks have not said anything about this",
    });
    await launched.submit(id, "exit 0");
  });
});

describe("sequences", () => {
  test.each<[string, string, string, string?]>([
    ["bell", "\u0007", "waiting by sequence: Rang the bell", "agent-waiting"],
    ["OSC 9", "\u001b]9;look\u0007", "waiting by sequence: look", "agent-waiting"],
    ["OSC 99", "\u001b]99;;look\u001b\\", "waiting by sequence: look", "agent-waiting"],
    ["OSC 777", "\u001b]777;notify;Agent;look\u0007", "waiting by sequence: Agent: look", "agent-waiting"],
    [
      "a question",
      "\u001b]9;It needs your permission\u0007",
      "permission by sequence: It needs your permission",
      "agent-permission",
    ],
    ["progress", "\u001b]9;4;1;50\u0007", "working by sequence: Shows progress"],
    [
      "progress that ends",
      "\u001b]9;4;1;50\u0007\u001b]9;4;0\u0007",
      "done by sequence: Its progress has ended",
      "agent-done",
    ],
    ["progress with an error", "\u001b]9;4;2\u0007", "failed by sequence: Its progress shows an error", "agent-failed"],
    ["a command's start", "\u001b]133;C\u0007", "working by sequence: Runs what was typed"],
    [
      "a command's end",
      "\u001b]133;C\u0007\u001b]133;D;0\u0007",
      "done by sequence: What was typed has ended",
      "agent-done",
    ],
    [
      "a command that fails",
      "\u001b]133;C\u0007\u001b]133;D;2\u0007",
      "failed by sequence: What was typed ended with exit 2",
      "agent-failed",
    ],
    ["a title", "\u001b]2;W thinking\u0007", "working by sequence: Title: W thinking"],
    [
      "a title after work",
      "\u001b]2;W thinking\u0007\u001b]2;I idle\u0007",
      "waiting by sequence: Title: I idle",
      "agent-waiting",
    ],
  ])("%s", async (_, output, expected, kind) => {
    const id = await launched.launch();
    await launched.print(id, output);
    await launched.until(id, (now) => now !== undefined && said(now) === expected);
    const told = (await launched.notifications()).filter(({ terminalId }) => terminalId === id);
    expect(told.map((each) => each.kind)).toEqual(kind ? [kind] : []);
    await launched.submit(id, "exit 0");
    await launched.untilState(id, "done", "exit");
  });

  test("say nothing new when they say the same, and the person's Enter ends what they asked", async () => {
    const id = await launched.launch();
    for (const _ of [1, 2, 3]) await launched.print(id, "\u001b]9;look\u0007");
    await launched.untilState(id, "waiting");
    await launched.submit(id, "thanks");
    expect(await launched.untilState(id, "unknown", "keys")).toMatchObject({ guess: false });
    await launched.submit(id, "exit 0");
  });
});

describe("the screen", () => {
  test("is looked at when it has settled and nothing else is known, is a guess, and says what is missing", async () => {
    const id = await launched.launch();
    await launched.print(id, "Shall I go on?");
    const asked = await launched.untilState(id, "permission");
    expect(asked).toMatchObject({
      source: "screen",
      guess: true,
      evidence: expect.stringMatching(/^On its screen: .*Shall I go on\?/),
      degraded: "Its hooks have not been heard from",
    });
    await call(launched.product, "terminals.write", { id, text: "\r" });
    await launched.print(id, "\u001b[2J\u001b[HREADY FOR MORE");
    await launched.untilState(id, "waiting", "screen");
    await launched.hook(id, "UserPromptSubmit");
    expect(await launched.untilState(id, "working", "hook")).toMatchObject({ guess: false, degraded: null });
    await launched.submit(id, "exit 0");
  });
});
