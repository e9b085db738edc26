/** Which window this is, and what of the live lists it shows: all, or what belongs to the one workspace whose window it is. */
import type { LiveListEvent } from "#shared/contract/base.ts";
import { type WindowKey, windowOfQuery, workspaceOfWindow } from "#shared/windows.ts";
import type { WatchOf } from "./follow.ts";

export const here: WindowKey = windowOfQuery(globalThis.location?.search ?? "");

/** The workspace that this window shows alone; null: it shows all. */
export const ownWorkspace = workspaceOfWindow(here);

/** For what is of a bottle: whether this window, which knows these bottles, shows it. */
export function bottleIsHere(bottles: ReadonlyMap<string, unknown>, bottleId: string, own = ownWorkspace): boolean {
  return own === null || bottles.has(bottleId);
}

/** The list as this window sees it. */
export function inPlace<Item extends { id: string }>(
  watch: WatchOf<LiveListEvent<Item>>,
  workspaceOf: (item: Item) => string | null | undefined,
  own = ownWorkspace,
): WatchOf<LiveListEvent<Item>> {
  if (own === null) return watch;
  return async (signal) => only(await watch(signal), (item) => workspaceOf(item) === own);
}

async function* only<Item extends { id: string }>(
  events: AsyncIterable<LiveListEvent<Item>>,
  keep: (item: Item) => boolean,
): AsyncGenerator<LiveListEvent<Item>> {
  for await (const event of events) {
    if (event.type === "all") yield { type: "all", items: event.items.filter(keep) };
    else if (event.type === "removed" || keep(event.item)) yield event;
    // It may have been ours until now.
    else yield { type: "removed", id: event.item.id };
  }
}
