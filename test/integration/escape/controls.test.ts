/** Every attempt works where nothing forbids it: outside. Without this a refusal could be a broken attempt. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRoot } from "#test/product/person.ts";
import { missing } from "#test/requirements.ts";
import { attempts } from "./attempts.ts";
import { Outside } from "./stage.ts";

const shown = attempts.filter(({ control }) => control === "host" || (control === "root" && isRoot));

describe.skipIf(missing("gcc", "openssl", "script"))("outside of a bottle", () => {
  let outside: Outside;

  beforeAll(async () => {
    outside = await Outside.start();
  });
  afterAll(() => outside?.[Symbol.asyncDispose]());

  test.each(shown)("$name", async ({ script, where, after }) => {
    expect(await outside.run({ script, where })).toMatch(/^ESCAPED/m);
    if (after === undefined) return;
    after(outside.place);
    rmSync(join(outside.place.home, "pwned"));
  });

  test("where it is not shown, the reason is said", () => {
    const silent = attempts.filter(({ control }) => typeof control === "object" && "none" in control && !control.none);
    expect(silent).toEqual([]);
  });
});
