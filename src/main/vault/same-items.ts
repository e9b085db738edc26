/** Brings a live list to what it should hold now, telling watchers of differences only. */
import { isDeepStrictEqual } from "node:util";
import type { LiveList } from "#shared/live-list.ts";

export function sameItems<Item extends { id: string }>(list: LiveList<Item>, items: readonly Item[]): void {
  const wanted = new Set(items.map(({ id }) => id));
  for (const { id } of list.values()) if (!wanted.has(id)) list.remove(id);
  for (const item of items) if (!isDeepStrictEqual(list.get(item.id), item)) list.set(item);
}
