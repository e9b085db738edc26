import { expect, test } from "vitest";
import { handleFrom, handleProblem, variablesOf } from "./handle.ts";

test.each([
  ["openai-key", ["AVP_VAULT_OPENAI_KEY", "OPENAI_KEY"]],
  ["a_b", ["AVP_VAULT_A_B", "A_B"]],
  ["0", ["AVP_VAULT_0", "0"]],
])("%s is looked for in %j", (handle, variables) => {
  expect(variablesOf(handle)).toEqual(variables);
});

test.each([
  ["OPENAI_API_KEY", "openai_api_key"],
  ["AVP_VAULT_OPENAI", "openai"],
  ["My Key.v2", "my_key_v2"],
  ["open-ai", "open-ai"],
])("%s in a file becomes the handle %s", (name, handle) => {
  expect(handleFrom(name)).toBe(handle);
  expect(handleProblem(handle)).toBeNull();
});
