/** How often a backend is asked whether it works: each question starts programs. */
import { expect, test } from "vitest";
import type { Availability, BottleBackend } from "./backend.ts";
import { Backends } from "./backends.ts";

function backend(name: BottleBackend["name"], ...answers: boolean[]) {
  const asked = { times: 0 };
  const available = async (): Promise<Availability> => {
    asked.times++;
    return (answers.shift() ?? false) ? { available: true } : { available: false, reason: "not here" };
  };
  return { asked, backend: { name, summary: "", available } as Partial<BottleBackend> as BottleBackend };
}

test("windows that open together ask once, and one that works is not asked again", async () => {
  const works = backend("bubblewrap", true);
  const fails = backend("docker", false);
  const backends = new Backends([works.backend, fails.backend]);
  const [one, other, views] = await Promise.all([backends.working(), backends.working(), backends.views(false)]);
  for (const found of [one, other]) expect(found.map(({ name }) => name)).toEqual(["bubblewrap"]);
  expect(views.map(({ available }) => available)).toEqual([true, false]);
  expect([works.asked.times, fails.asked.times]).toEqual([1, 1]);
  await backends.working();
  expect(works.asked.times).toBe(1);
});

test("one that did not work may have been installed meanwhile; one that does is asked anew when somebody looks", async () => {
  const late = backend("docker", false, true, false);
  const backends = new Backends([late.backend]);
  expect(await backends.working()).toEqual([]);
  expect(await backends.working()).toEqual([late.backend]);
  expect((await backends.views(false))[0]!.available).toBe(true);
  expect((await backends.views(true))[0]!.available).toBe(false);
  expect(late.asked.times).toBe(3);
});
