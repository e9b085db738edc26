/** A real bubblewrap bottle, attacked from inside. */
import { describe } from "vitest";
import { missing } from "#test/requirements.ts";
import { escapeSuite } from "./suite.ts";

describe.skipIf(missing("bwrap", "gcc", "openssl"))("nothing gets out of a bubblewrap bottle", () => {
  escapeSuite("bubblewrap", { ways: ["agent", "exec"] });
});
