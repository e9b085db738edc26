import { describe, expect, test } from "vitest";
import { Health } from "./health.ts";

describe("a window that crashes", () => {
  test("at its start is loaded again once, and no more than that", () => {
    const health = new Health();
    expect([health.crashed(), health.crashed(), health.crashed()]).toEqual(["reload", "recover", "recover"]);
  });

  test("may try once more when the person says so", () => {
    const health = new Health();
    health.crashed();
    health.crashed();
    health.startAfresh();
    expect(health.crashed()).toBe("reload");
  });

  test("while it is used is asked about, until it does so again and again within a minute", () => {
    let now = 0;
    const health = new Health(() => now);
    const crashAt = (at: number) => {
      now = at;
      health.loading();
      health.becameUsable();
      return health.crashed();
    };
    expect([0, 20_000, 40_000].map(crashAt)).toEqual(["ask", "ask", "recover"]);
    expect([200_000, 261_000, 322_000, 383_000].map(crashAt)).toEqual(["ask", "ask", "ask", "ask"]);
  });

  test("after it was loaded again counts as one that starts", () => {
    const health = new Health();
    health.becameUsable();
    expect(health.crashed()).toBe("ask");
    expect(health.usable).toBe(false);
    health.loading();
    expect([health.crashed(), health.crashed()]).toEqual(["reload", "recover"]);
  });
});
