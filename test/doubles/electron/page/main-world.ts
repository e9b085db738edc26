/**
 * Runs in the page's own world before its scripts: the page's half of the context bridge. "The contextBridge API … primitives are copied, functions are
 * proxied" (docs/api/context-bridge.md). The two worlds share the document and nothing else, so they speak by events on it, whose details are
 * cloned on their way; the events' names are told to nobody else.
 */
export function mainWorld(channel: string): void {
  type Shape = { value: unknown } | { call: number } | { members: [string, Shape][] };
  type Answer = { value: unknown } | { error: string };
  let answer: Answer | null = null;
  document.addEventListener(`${channel}:answer`, (event) => {
    answer = (event as CustomEvent).detail;
  });

  const built = (shape: Shape): unknown => {
    if ("value" in shape) return shape.value;
    if ("members" in shape) {
      return Object.freeze(Object.fromEntries(shape.members.map(([name, member]) => [name, built(member)])));
    }
    return (...args: unknown[]) => {
      answer = null;
      document.dispatchEvent(new CustomEvent(`${channel}:call`, { detail: { call: shape.call, args } }));
      const given = answer as Answer | null;
      if (given === null) throw new Error("the preload script is gone");
      if ("error" in given) throw new Error(given.error);
      return given.value;
    };
  };

  document.addEventListener(`${channel}:expose`, (event) => {
    const { key, shape } = (event as CustomEvent<{ key: string; shape: Shape }>).detail;
    Object.defineProperty(window, key, {
      value: built(shape),
      enumerable: true,
      configurable: false,
      writable: false,
    });
  });
}
