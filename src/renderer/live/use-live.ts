/** React's side of live lists: a whole list, one item, or a part of a list that renders again only when that part changed. */
import { useCallback, useMemo, useRef, useSyncExternalStore } from "react";
import type { LiveListEvent } from "#shared/contract/base.ts";
import { useConnection } from "../connection/context.tsx";
import { reachable } from "../connection/reachable.ts";
import { sameJson } from "./same.ts";
import { type LiveSnapshot, LiveSource } from "./source.ts";

type WatchProcedure<Item, Input> = (
  input: Input,
  options: { signal: AbortSignal },
) => Promise<AsyncIterable<LiveListEvent<Item>>>;

/**
 * A list of this component's own, for example the cells of one terminal:
 * `useLiveList(client.cells.watch, { terminalId })`. The lists everybody needs are shared: `lists.ts`.
 * `input` may be a new object on every render; the watch starts again only when its content changes.
 */
export function useLiveList<Item extends { id: string }, Input extends object>(
  watch: WatchProcedure<Item, Input>,
  input: Input,
): LiveSnapshot<Item> {
  const connection = useConnection();
  const procedure = useRef(watch);
  procedure.current = watch;
  const stableInput = useRef(input);
  if (!sameJson(stableInput.current, input)) stableInput.current = input;
  const given = stableInput.current;
  const source = useMemo(
    () => new LiveSource<Item>((signal) => procedure.current(given, { signal }), reachable(connection)),
    [connection, given],
  );
  return useSyncExternalStore(source.subscribe, source.getSnapshot);
}

export function useSource<Item extends { id: string }>(source: LiveSource<Item>): LiveSnapshot<Item> {
  return useSyncExternalStore(source.subscribe, source.getSnapshot);
}

/** `select` may be an inline function; the component renders again only when its result differs in content. */
export function useSelected<Item extends { id: string }, Part>(
  source: LiveSource<Item>,
  select: (snapshot: LiveSnapshot<Item>) => Part,
): Part {
  const last = useRef<{ snapshot: LiveSnapshot<Item>; select: typeof select; part: Part } | null>(null);
  const getPart = useCallback(() => {
    const snapshot = source.getSnapshot();
    const before = last.current;
    if (before && before.snapshot === snapshot && before.select === select) return before.part;
    const now = select(snapshot);
    const part = before && sameJson(before.part, now) ? before.part : now;
    last.current = { snapshot, select, part };
    return part;
  }, [source, select]);
  return useSyncExternalStore(source.subscribe, getPart);
}
