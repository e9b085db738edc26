/** What launches need of terminals; `src/main/terminals` gives it. */
import type { Terminal } from "#shared/contract/terminals.ts";
import type { HostFrame } from "#shared/terminals/stream.ts";
import type { HostedTerminal } from "#terminal-host/protocol.ts";

export type LaunchTerminals = {
  /** Resolves when `list` can be believed: the terminal host has said what there is, or will not. */
  known(): Promise<void>;
  /** All terminals as they are known now. */
  list(): readonly Terminal[];
  /** Throws `conflict` when the name is taken. */
  create(terminal: HostedTerminal): Promise<Terminal>;
  /** Types text. */
  write(id: string, text: string): Promise<unknown>;
  /** The last `lines` lines of the output, escape sequences removed. */
  tail(id: string, lines: number): Promise<string>;
  /** Calls `listener` with every terminal that is new or has changed, also with those found when the host is connected. Returns the function that ends it. */
  onChange(listener: (terminal: Terminal) => void): () => void;
  /**
   * Watches a terminal's stream as a client that is not focused and has no size: first its snapshot, then every frame. Acknowledges by
   * itself. Resolves when the stream has ended or `signal` was aborted; rejects when it could not be opened.
   */
  observe(id: string, frame: (frame: HostFrame) => void, signal: AbortSignal): Promise<void>;
};
