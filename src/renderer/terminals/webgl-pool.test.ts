import { expect, test } from "vitest";
import { WebglPool } from "./webgl-pool.ts";

function holder(name: string, live: Set<string>, available = true) {
  return {
    acquire: () => {
      if (available) live.add(name);
      return available;
    },
    release: () => {
      live.delete(name);
    },
  };
}

test("never more contexts than allowed; the least recently shown terminal loses its own", () => {
  const live = new Set<string>();
  const pool = new WebglPool(3);
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => holder(name, live)) as [
    ReturnType<typeof holder>,
    ReturnType<typeof holder>,
    ReturnType<typeof holder>,
    ReturnType<typeof holder>,
  ];
  for (const one of [a, b, c]) pool.shown(one);
  pool.shown(a);
  pool.shown(d);
  expect(live).toEqual(new Set(["a", "c", "d"]));
  pool.shown(b);
  expect(live).toEqual(new Set(["a", "d", "b"]));
});

test("a context that was lost, or never to be had, takes no place", () => {
  const live = new Set<string>();
  const pool = new WebglPool(2);
  const [a, b, c] = ["a", "b", "c"].map((name) => holder(name, live)) as [
    ReturnType<typeof holder>,
    ReturnType<typeof holder>,
    ReturnType<typeof holder>,
  ];
  pool.shown(a);
  pool.shown(holder("none", live, false));
  pool.shown(b);
  expect(live).toEqual(new Set(["a", "b"]));
  pool.lost(a);
  pool.shown(c);
  expect(live).toEqual(new Set(["b", "c"]));
});
