import { expect, test } from "vitest";
import { McpHandshake } from "./mcp-handshake.ts";

const initialize = { jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: "2025-06-18" } };
const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };
const subscribe = (id: number, uri: string) => ({ jsonrpc: "2.0", id, method: "resources/subscribe", params: { uri } });
const unsubscribe = (uri: string) => ({ jsonrpc: "2.0", id: 9, method: "resources/unsubscribe", params: { uri } });

test("says nothing again that was not said", () => {
  const handshake = new McpHandshake();
  handshake.sent({ id: 1, method: "tools/list" });
  handshake.sent({ id: 2 });
  expect(handshake.again()).toEqual([]);
});

test("says the handshake and what is subscribed to again, in order, under ids of its own, each time new", () => {
  const handshake = new McpHandshake();
  for (const message of [
    initialize,
    initialized,
    subscribe(2, "a"),
    subscribe(3, "b"),
    unsubscribe("a"),
    subscribe(4, "b"),
  ]) {
    handshake.sent(message);
  }
  const again = handshake.again();
  expect(again.map(({ method, params }) => [method, params?.uri])).toEqual([
    ["initialize", undefined],
    ["notifications/initialized", undefined],
    ["resources/subscribe", "b"],
  ]);
  expect(again[1]).toEqual(initialized);
  const ids = [...again, ...handshake.again()].map(({ id }) => id).filter((id) => id !== undefined);
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) {
    expect(handshake.isOurs({ id })).toBe(true);
    expect(handshake.isOurs({ id, method: "roots/list" })).toBe(false);
  }
  for (const id of [1, "1", null]) expect(handshake.isOurs({ id })).toBe(false);
});
