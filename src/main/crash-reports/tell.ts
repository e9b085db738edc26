/** What was thrown, as text: its stack and what caused it. Nothing else of it: further properties of an error may hold anything. */

/** Causes of causes, and errors of which one is made. */
const deepest = 8;
/** Characters that are looked at at all. */
const longest = 200_000;

export function tell(thrown: unknown): string {
  return parts(thrown, deepest).join("\n\ncaused by: ").slice(0, longest);
}

function parts(thrown: unknown, depth: number): string[] {
  if (!(thrown instanceof Error)) return [typeof thrown === "string" ? thrown : `not an error: ${typeof thrown}`];
  const { stack, name, message, cause } = thrown;
  const own = stack?.includes(message) ? stack : `${name}: ${message}\n${stack ?? ""}`.trimEnd();
  const inner = thrown instanceof AggregateError ? (thrown.errors as unknown[]) : cause === undefined ? [] : [cause];
  return depth === 0 ? [own] : [own, ...inner.flatMap((each) => parts(each, depth - 1))];
}
