/** What stands beside the bottle on this computer, and how it is. */
import type { BottleServiceState } from "#shared/contract/bottles.ts";
import { Sign } from "../ui/index.ts";

export function ServicesSection({ services, over }: { services: readonly BottleServiceState[]; over: boolean }) {
  if (over) return null;
  return (
    <section aria-label="Services">
      <h3 className="font-medium text-muted text-sm">Services</h3>
      {services.length === 0 ? (
        <p>None: nothing outside can be reached.</p>
      ) : (
        <ul>
          {services.map(({ name, state, port, detail }) => (
            <li key={name} className="flex h-7 items-center gap-2">
              <Sign state={state === "up" ? "running" : state === "down" ? "failed" : "unknown"} />
              <span>{name}</span>
              <span className="text-muted">{serviceWords[state]}</span>
              <code className="font-mono text-faint text-sm">127.0.0.1:{port}</code>
              {detail && <span className="truncate text-muted">{detail}</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const serviceWords = { up: "Up", down: "Down", unknown: "Unknown" } as const;
