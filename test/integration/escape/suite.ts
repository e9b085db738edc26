/** Tries the table in a bottle of one backend, and judges by what was said inside and by what is seen outside. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BackendName } from "#shared/bottles/names.ts";
import type { User } from "#test/product/person.ts";
import type { Attempt } from "./attempt.ts";
import { attempts } from "./attempts.ts";
import { fingerprint } from "./place.ts";
import { Stage, type StageOptions, type Way } from "./stage.ts";

/** `ready`: makes what the backend needs, before anything else. */
export function escapeSuite(
  backend: BackendName,
  options: { ways: readonly Way[]; user?: User; ready?: () => Promise<StageOptions> },
): void {
  let stage: Stage;
  let before: Record<string, string>;

  beforeAll(async () => {
    stage = await Stage.start(backend, { ...(await options.ready?.()), ...(options.user && { user: options.user }) });
    before = fingerprint(stage.place);
  }, 180_000);
  afterAll(() => stage?.[Symbol.asyncDispose]());
  beforeEach(() => {
    stage.services.came.length = 0;
  });

  for (const way of options.ways) {
    describe(way === "agent" ? "by the program itself" : "by something else that is run inside", () => {
      test.each(attempts.filter(({ exec }) => way === "agent" || exec !== false))("$name", async (attempt) => {
        if (typeof attempt.control === "object" && "inside" in attempt.control) {
          expect(await stage.attempt({ ...attempt, script: attempt.control.inside }, way), "the control").toMatch(
            /^ESCAPED/m,
          );
        }
        stage.services.came.length = 0;
        const said = await stage.attempt(attempt, way);
        judge(attempt, said);
        attempt.after?.(stage.place);
        expect(stage.services.came, "what came to services of the host").toEqual([]);
        expect(fingerprint(stage.place), "files that must stay as they are").toEqual(before);
        expect(existsSync(join(stage.place.home, "pwned"))).toBe(false);
      });
    });
  }
}

function judge({ refused }: Attempt, said: string): void {
  expect(said).not.toMatch(/ESCAPED/);
  expect(said).toMatch(/^REFUSED/m);
  expect(said).toMatch(refused);
}
