/** What the bottle has made or changed in the workspace that programs of this computer run by themselves. */
import type { Bottle } from "#shared/contract/bottles.ts";

export function TriggersSection({ bottle: { changedTriggers } }: { bottle: Bottle }) {
  if (changedTriggers.length === 0) return null;
  return (
    <section aria-label="Files this computer may run" className="rounded border border-line px-2.5 py-2">
      <h3 className="font-medium text-sm text-warning">
        Look at these before you open the workspace in an editor or shell
      </h3>
      <p className="text-muted">
        The bottle has made or changed them, and programs of this computer run what they say.
      </p>
      <ul className="mt-1">
        {changedTriggers.map((path) => (
          <li key={path}>
            <code className="select-text font-mono text-sm">{path}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
