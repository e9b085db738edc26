/** What agents are doing, out of what the terminal host tells, and the hooks of those in bottles. */
import type { Ground } from "../ground.ts";
import type { Launches } from "../launches/index.ts";
import type { TerminalService } from "../terminals/index.ts";
import { BottleHooks } from "./bottle-hooks.ts";
import { Activities } from "./service.ts";

export function composeActivities({ endings }: Ground, terminals: TerminalService): Activities {
  const activities = new Activities({
    onHostEvent: (listener) => terminals.onEvent(listener),
    onTerminal: (listener) => terminals.onChange(listener),
  });
  endings.add(() => activities.close());
  return activities;
}

export function composeBottleHooks({ paths, endings }: Ground, launches: Launches): BottleHooks {
  const hooks = new BottleHooks({
    agentsSocket: paths.agentsSocket,
    tokenDigestOf: (launchId) => launches.tokenDigestOf(launchId),
    terminalOf: (launchId) => launches.list.get(launchId)?.terminalId ?? null,
  });
  endings.add(() => hooks.stop());
  return hooks;
}
