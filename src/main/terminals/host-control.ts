/** The terminal host's state as the window shows it, and its settings as the person has set them. */
import type { HostStatus } from "#shared/contract/app.ts";
import type { Settings } from "#shared/contract/settings.ts";
import type { HostConnectionStatus, TerminalHostClient } from "#terminal-host/client/index.ts";

export class TerminalHostControl {
  readonly #client: TerminalHostClient;

  constructor(client: TerminalHostClient) {
    this.#client = client;
  }

  get status(): HostStatus {
    return statusOf(this.#client.status);
  }

  /** Calls back after each change; returns what ends it. */
  onStatus(changed: () => void): () => void {
    return this.#client.onStatus(changed);
  }

  /** Finds or starts a host again, also after the client had given up. Rejects with why that is not possible. */
  async restart(): Promise<HostStatus> {
    await this.#client.connect();
    return this.status;
  }
}

/** Hands the host what it obeys of the settings: at once, and again whenever it is a new one. Returns what ends that. */
export function configureHost(
  client: TerminalHostClient,
  settings: { readonly settings: Settings; onChange(changed: () => void): () => void },
  failed: (error: unknown) => void,
): () => void {
  const tell = () => {
    if (client.status.state !== "connected") return;
    const { terminalLogMegabytes: logMegabytes, scrollback } = settings.settings;
    client.call("host.configure", { logMegabytes, scrollback }).catch(failed);
  };
  const ends = [client.onStatus(tell), settings.onChange(tell)];
  tell();
  return () => {
    for (const end of ends) end();
  };
}

function statusOf(status: HostConnectionStatus): HostStatus {
  const { state, message } = status;
  if (state !== "connected") return { state, pid: null, startedAt: null, message };
  return { state, pid: status.welcome.pid, startedAt: status.welcome.startedAt, message };
}
