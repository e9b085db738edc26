import { afterEach, beforeEach, expect, test } from "vitest";
import { Failure } from "#shared/failure.ts";
import { askFor, needConsent, pick } from "./ask.ts";
import { CollectingHandler } from "./output/collecting-handler.ts";
import { getHandler, setHandler } from "./output/index.ts";
import { Session } from "./session.ts";

const before = getHandler();
let output: CollectingHandler;
beforeEach(() => answering());
afterEach(() => setHandler(before));

function answering(...answers: string[]): void {
  output = new CollectingHandler(answers);
  setHandler(output);
}

const asking = new Session({ json: false, interactive: true });
const silent = new Session({ json: false, interactive: false });
const none = new Failure("not_found", "there is none");
const candidate = (name: string) => ({ item: name, name, line: `${name} line` });

test("the only candidate is taken, and that is said, asking or not", async () => {
  for (const session of [asking, silent]) {
    answering();
    expect(await pick(session, "workspace", [candidate("api")], none)).toBe("api");
    expect(output.said).toEqual([{ kind: "info", message: "Using workspace 'api'" }]);
  }
});

test("of several the person chooses; without one it is named what is missing", async () => {
  const all = [candidate("a"), candidate("b")];
  answering("2");
  expect(await pick(asking, "workspace", all, none)).toBe("b");
  expect(output.said).toEqual([{ kind: "choose", message: "Which workspace?\na line\nb line" }]);
  await expect(pick(silent, "workspace", all, none)).rejects.toMatchObject({
    code: "invalid_input",
    message: "workspace is required in non-interactive mode",
  });
  await expect(pick(silent, "workspace", [], none)).rejects.toBe(none);
});

test("a value that has a default is not missing", async () => {
  expect(await askFor(silent, "name", "Name", "api")).toBe("api");
  await expect(askFor(silent, "name", "Name")).rejects.toMatchObject({
    message: "name is required in non-interactive mode",
  });
  answering("typed");
  expect(await askFor(asking, "name", "Name", "api")).toBe("typed");
});

test("what loses something needs a yes, typed or given", async () => {
  await needConsent(silent, "Delete?", true);
  await expect(needConsent(silent, "Delete?", false)).rejects.toMatchObject({
    message: "confirmation (--yes) is required in non-interactive mode",
  });
  answering("n");
  await expect(needConsent(asking, "Delete?", false)).rejects.toMatchObject({ name: "UserAbort", code: "cancelled" });
  answering("y");
  await needConsent(asking, "Delete?", false);
  expect(output.said).toEqual([{ kind: "confirm", message: "Delete?" }]);
});
