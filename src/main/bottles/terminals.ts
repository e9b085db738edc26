/** What bottles need of terminals; `src/main/terminals` gives it. */
import type { Terminal } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import type { HostedTerminal } from "#terminal-host/protocol.ts";
import { finalStates } from "../terminals/index.ts";

export type BottleTerminals = {
  known(): Promise<void>;
  list(): readonly Terminal[];
  create(terminal: HostedTerminal): Promise<Terminal>;
  /** The last `lines` lines of its output, as text. */
  tail(id: string, lines: number): Promise<string>;
  kill(id: string, force: boolean): Promise<unknown>;
  remove(id: string): Promise<void>;
  onChange(listener: (terminal: Terminal) => void): () => void;
};

/** A killed process tree is gone within milliseconds; the system may take longer for one that sleeps in the kernel. */
const goneWithinMs = 5_000;

export function isAlive(terminal: Terminal): boolean {
  return !finalStates.has(terminal.state);
}

/** Kills it if it lives, and resolves when it is in a final state. Throws `failed` when it does not end. */
export async function killTerminal(terminals: BottleTerminals, id: string): Promise<void> {
  const alive = terminals.list().some((each) => each.id === id && isAlive(each));
  if (alive) await Promise.all([untilEnded(terminals, id), terminals.kill(id, true)]);
}

/** Resolves when it is in a final state. Throws `failed` when it does not get there. */
export async function untilEnded(terminals: BottleTerminals, id: string): Promise<void> {
  const alive = () => terminals.list().some((each) => each.id === id && isAlive(each));
  if (!alive()) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stopListening = terminals.onChange(() => {
    if (!alive()) resolve();
  });
  const late = setTimeout(
    () => reject(new Failure("failed", `The terminal ${id} did not end within ${goneWithinMs / 1000} s`)),
    goneWithinMs,
  );
  await promise.finally(() => {
    clearTimeout(late);
    stopListening();
  });
}

/** Ends it and forgets it. */
export async function endTerminal(terminals: BottleTerminals, id: string): Promise<void> {
  await killTerminal(terminals, id);
  if (terminals.list().some((each) => each.id === id)) await terminals.remove(id);
}
