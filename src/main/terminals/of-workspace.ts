/** The terminals of a workspace, as its deletion needs them. */
import type { Terminal } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import type { TerminalService } from "./service.ts";
import { finalStates } from "./states.ts";

/** A killed process tree is gone within milliseconds; the system may take longer for one that sleeps in the kernel. */
const goneWithinMs = 2_000;

export function workspaceTerminals(service: TerminalService) {
  const of = (workspaceId: string) => service.list().filter(({ owner }) => owner.workspaceId === workspaceId);
  return {
    async running(workspaceId: string): Promise<{ id: string; title: string }[]> {
      await service.known();
      return of(workspaceId)
        .filter(({ state }) => !finalStates.has(state))
        .map((terminal) => ({ id: terminal.id, title: titleOf(terminal) }));
    },
    /** Ends them all and forgets them; throws `failed` when one does not end. */
    async removeAll(workspaceId: string): Promise<void> {
      await service.known();
      await Promise.all(of(workspaceId).map((terminal) => endAndForget(service, terminal)));
    },
  };
}

async function endAndForget(service: TerminalService, terminal: Terminal): Promise<void> {
  if (!finalStates.has(terminal.state)) {
    const ended = endOf(service, terminal.id);
    try {
      await service.kill(terminal.id, true);
      await ended.promise;
    } finally {
      ended.stop();
    }
  }
  await service.remove(terminal.id);
}

function endOf(service: TerminalService, id: string): { promise: Promise<void>; stop: () => void } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = setTimeout(
    () => reject(new Failure("failed", `The terminal ${id} did not end within ${goneWithinMs / 1000} s`)),
    goneWithinMs,
  );
  const stopListening = service.onChange((terminal) => {
    if (terminal.id === id && finalStates.has(terminal.state)) resolve();
  });
  return {
    promise,
    stop: () => {
      clearTimeout(late);
      stopListening();
    },
  };
}

function titleOf({ title, name, command, id }: Terminal): string {
  return title || name || command || id;
}
