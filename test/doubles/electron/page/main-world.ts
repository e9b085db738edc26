/**
 * Runs in the page's own world before its scripts: the page's half of the context bridge. "The contextBridge API … primitives are copied, functions are
 * proxied" (docs/api/context-bridge.md). The two worlds share the document and nothing else, so they speak by events on it, whose details are
 * cloned on their way; the events' names are told to nobody else.
 */
export function mainWorld(channel: string): void {
  type Shape = { value: unknown } | { call: number } | { items: Shape[] } | { members: [string, Shape][] };
  type Answer = { shape: Shape } | { error: string };
  let answer: Answer | null = null;
  document.addEventListener(`${channel}:answer`, (event) => {
    answer = (event as CustomEvent).detail;
  });

  const built = (shape: Shape): unknown => {
    if ("value" in shape) return shape.value;
    if ("items" in shape) return Object.freeze(shape.items.map(built));
    if ("members" in shape) {
      return Object.freeze(Object.fromEntries(shape.members.map(([name, member]) => [name, built(member)])));
    }
    return (...args: unknown[]) => {
      if (args.some((arg) => typeof arg === "function")) {
        throw new Error("The double carries no functions of a page over the context bridge");
      }
      answer = null;
      document.dispatchEvent(new CustomEvent(`${channel}:call`, { detail: { call: shape.call, args } }));
      const given = answer as Answer | null;
      if (given === null) throw new Error("the preload script is gone");
      if ("error" in given) throw new Error(given.error);
      return built(given.shape);
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
