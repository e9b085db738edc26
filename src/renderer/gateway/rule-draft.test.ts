import { expect, test } from "vitest";
import { changed, emptyDraft, fieldsOf, problemsOf } from "./rule-draft.ts";

test.each([
  ["", "Which host?"],
  ["https://a.example", "Only the host: without a scheme, a user or a path."],
  ["bücher.example", "Write names outside ASCII in their xn-- form."],
])("the host %j is not one: %s", (host, expected) => {
  expect(problemsOf({ ...emptyDraft, host })).toEqual({ host: expected });
});

test("lists are read with commas or spaces", () => {
  const draft = { ...emptyDraft, host: " a.example ", ports: "443, 8443", methods: "get POST", paths: "/v1 /v2" };
  expect(problemsOf(draft)).toEqual({});
  expect(fieldsOf(draft)).toMatchObject({
    host: "a.example",
    ports: [443, 8443],
    methods: ["GET", "POST"],
    paths: ["/v1", "/v2"],
  });
  expect(problemsOf({ ...draft, ports: "0", paths: "v1" })).toEqual({
    ports: "Numbers from 1 to 65535.",
    paths: "Each begins with a slash.",
  });
});

test("headers are one to a line, their names in any letters", () => {
  const draft = { ...emptyDraft, host: "a.example", headers: "X-Team: platform\n\n accept :*/json*" };
  expect(problemsOf(draft)).toEqual({});
  expect(fieldsOf(draft).headers).toEqual([
    { name: "x-team", value: "platform" },
    { name: "accept", value: "*/json*" },
  ]);
  expect(problemsOf({ ...draft, headers: "X-Team platform" }).headers).toBe("One to a line, as in X-Team: platform.");
  expect(changed(draft, { anyProtocol: true }).headers).toBe("");
});

test("what excludes each other does not stand together", () => {
  const inside = changed(emptyDraft, { paths: "/v1", tokens: "block" });
  expect(changed(inside, { anyProtocol: true })).toMatchObject({ anyProtocol: true, paths: "", tokens: "off" });
  expect(changed({ ...emptyDraft, anyProtocol: true }, { methods: "GET" })).toMatchObject({ anyProtocol: false });
  expect(fieldsOf({ ...inside, host: "a", effect: "deny" }).detectors.tokens).toBe("off");
});
