import { expect, test } from "vitest";
import { plainReach } from "#test/product/bottle.ts";
import { type BottleService, gitSettingsEnvironment, JoinedServices, joinEnvironments } from "./bottle-services.ts";

const place = { id: "bottle-000000000001", label: "one", launchId: "launch-000000000001", directory: "/nowhere" };

function service(name: BottleService["name"], calls: string[], more: Partial<BottleService> = {}): BottleService {
  return {
    name,
    plan: async () => ({ serves: true, environment: [name.toUpperCase()] }),
    open: async () => {
      calls.push(`open ${name}`);
      return { environment: { [name.toUpperCase()]: "1" } };
    },
    restore: async () => null,
    state: () => ({ state: "up", detail: null }),
    close: async () => void calls.push(`close ${name}`),
    ...more,
  };
}

test("services are opened in the order of their names, and each has its port", async () => {
  const calls: string[] = [];
  const joined = new JoinedServices([service("gateway", calls), service("broker", calls)]);
  expect((await joined.plan(plainReach)).environment).toEqual(["BROKER", "GATEWAY"]);
  const open = await joined.open(place, plainReach);
  expect(calls).toEqual(["open broker", "open gateway"]);
  expect(open.ports).toEqual([
    { name: "broker", port: 9098, socket: "/nowhere/broker.sock" },
    { name: "gateway", port: 9099, socket: "/nowhere/gateway.sock" },
  ]);
  expect(joined.states(place.id).map(({ name }) => name)).toEqual(["broker", "gateway"]);
});

test("one that cannot serve closes those that were opened before it", async () => {
  const calls: string[] = [];
  const broken = service("gateway", calls, { open: () => Promise.reject(new Error("no room")) });
  const joined = new JoinedServices([service("broker", calls), broken]);
  await expect(joined.open(place, plainReach)).rejects.toThrow("no room");
  expect(calls).toEqual(["open broker", "close broker", "close gateway"]);
  expect(joined.states(place.id)).toEqual([]);
});

test("one that cannot be closed does not keep the others open, and is told", async () => {
  const calls: string[] = [];
  const stuck = service("broker", calls, { close: () => Promise.reject(new Error("stuck")) });
  const joined = new JoinedServices([stuck, service("gateway", calls)]);
  await joined.open(place, plainReach);
  await expect(joined.close(place.id)).rejects.toThrow("stuck");
  expect(calls).toContain("close gateway");
});

test("settings of git are joined whoever says them, and half a one is left out", () => {
  const one = gitSettingsEnvironment([["push.default", "current"]]);
  const two = gitSettingsEnvironment([
    ["url.a.insteadOf", "b"],
    ["http.proxy", ""],
  ]);
  expect(
    joinEnvironments({ A: "1" }, one, joinEnvironments(two), { GIT_CONFIG_COUNT: "2", GIT_CONFIG_KEY_0: "x" }),
  ).toEqual({
    A: "1",
    GIT_CONFIG_COUNT: "3",
    GIT_CONFIG_KEY_0: "push.default",
    GIT_CONFIG_VALUE_0: "current",
    GIT_CONFIG_KEY_1: "url.a.insteadOf",
    GIT_CONFIG_VALUE_1: "b",
    GIT_CONFIG_KEY_2: "http.proxy",
    GIT_CONFIG_VALUE_2: "",
  });
  expect(joinEnvironments({ A: "1" })).toEqual({ A: "1" });
});

test("options for Java are added to, other variables replaced", () => {
  expect(
    joinEnvironments({ A: "1", JAVA_TOOL_OPTIONS: "-Da" }, { A: "2", JAVA_TOOL_OPTIONS: "-Db" }, { B: "3" }),
  ).toEqual({ A: "2", B: "3", JAVA_TOOL_OPTIONS: "-Da -Db" });
});
