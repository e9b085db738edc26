/** What stands beside the bottle on this computer, how it is, and the way to what it says. */
import type { BottleServiceState } from "#shared/contract/bottles.ts";
import { openGateway } from "../gateway/index.ts";
import { Button, Sign } from "../ui/index.ts";

export type ServicesSectionProps = { bottleId: string; services: readonly BottleServiceState[]; over: boolean };

export function ServicesSection({ bottleId, services, over }: ServicesSectionProps) {
  if (over) return null;
  const down = services.filter(({ state }) => state === "down");
  return (
    <section aria-label="Services">
      <h3 className="font-medium text-muted text-sm">Services</h3>
      {services.length === 0 ? (
        <p>None: nothing outside can be reached.</p>
      ) : (
        <ul>
          {services.map(({ name, state, port, detail }) => (
            <li key={name} className="flex min-h-7 flex-wrap items-center gap-x-2">
              <Sign state={state === "up" ? "running" : state === "down" ? "failed" : "unknown"} />
              <span>{name}</span>
              <span className="text-muted">{serviceWords[state]}</span>
              <code className="font-mono text-faint text-sm">127.0.0.1:{port}</code>
              {detail && <span className="min-w-0 flex-1 text-muted">{detail}</span>}
              <span className="flex-1" />
              {name === "gateway" && (
                <Button small look="quiet" onClick={() => openGateway(bottleId, "decisions")}>
                  Its decisions
                </Button>
              )}
              {name === "broker" && (
                <Button small look="quiet" onClick={() => openGateway(bottleId, "requests")}>
                  Its requests
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {down.length > 0 && (
        <p className="text-warning">Through what is down nothing is reached. Close and launch again to have it back.</p>
      )}
    </section>
  );
}

const serviceWords = { up: "Up", down: "Down", unknown: "Unknown" } as const;
