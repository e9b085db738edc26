import { expect, test } from "vitest";
import { unreachable } from "./upstream-words.ts";

test.each([
  ["ssh: connect to host 127.0.0.1 port 40312: Connection refused", "it cannot be reached"],
  ["fatal: unable to access 'https://example.com/a.git/': The requested URL returned error: 403", "the credential"],
  ["fatal: unable to access 'https://example.com/401.git/': Could not resolve host: example.com", "cannot be resolved"],
  ["error: something else", "git ended with an error there"],
])("%s: %s", (said, cause) => {
  expect(unreachable(said).message).toContain(cause);
});
