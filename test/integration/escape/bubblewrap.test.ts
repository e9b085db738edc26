/** A real bubblewrap bottle, attacked from inside: as whoever runs the tests, and as an ordinary user, which is what most people are. */
import { describe } from "vitest";
import { ordinaryUser } from "#test/product/person.ts";
import { missing } from "#test/requirements.ts";
import { escapeSuite } from "./suite.ts";

const skipped = missing("bwrap", "gcc", "openssl");
const user = ordinaryUser();

describe.skipIf(skipped)("nothing gets out of a bubblewrap bottle", () => {
  escapeSuite("bubblewrap", { ways: ["agent", "exec"] });
});

/** Where the tests do not run as root, the bottle above is an ordinary user's already. */
describe.skipIf(skipped || user === null)("nothing gets out of the bubblewrap bottle of an ordinary user", () => {
  escapeSuite("bubblewrap", { ...(user === null ? {} : { user }), ways: ["agent"] });
});
