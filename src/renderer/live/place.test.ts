import { expect, test } from "vitest";
import type { LiveListEvent } from "#shared/contract/base.ts";
import { inPlace } from "./place.ts";

type Item = { id: string; workspaceId: string | null };

async function seen(own: string | null, events: LiveListEvent<Item>[]): Promise<LiveListEvent<Item>[]> {
  async function* all() {
    yield* events;
  }
  const watch = inPlace<Item>(
    async () => all(),
    ({ workspaceId }) => workspaceId,
    own,
  );
  const got: LiveListEvent<Item>[] = [];
  for await (const event of await watch(new AbortController().signal)) got.push(event);
  return got;
}

const ours = { id: "a", workspaceId: "ws-00000001" };
const other = { id: "b", workspaceId: "ws-00000002" };
const events: LiveListEvent<Item>[] = [
  { type: "all", items: [ours, other, { id: "c", workspaceId: null }] },
  { type: "changed", item: other },
  { type: "changed", item: { ...ours, workspaceId: "ws-00000002" } },
  { type: "removed", id: "a" },
];

test("a window of all workspaces sees all there is", async () => {
  expect(await seen(null, events)).toEqual(events);
});

test("a workspace's own window sees what belongs to it, and no longer what has left it", async () => {
  expect(await seen("ws-00000001", events)).toEqual([
    { type: "all", items: [ours] },
    { type: "removed", id: "b" },
    { type: "removed", id: "a" },
    { type: "removed", id: "a" },
  ]);
});
