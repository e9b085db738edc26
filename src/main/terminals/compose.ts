/** Main's side of the terminal host. */
import { TerminalHostClient } from "#terminal-host/client/index.ts";
import type { Ground } from "../ground.ts";
import { HandOver } from "./hand-over.ts";
import { configureHost } from "./host-control.ts";
import { TerminalService, type TerminalServiceParts } from "./service.ts";

/** `host` is asked for nothing before {@link TerminalService.connect}. */
export function composeTerminals(
  { paths, desktop, version, settings, failed, endings }: Ground,
  parts: Pick<TerminalServiceParts, "workspaceFolder" | "inherit">,
): { host: TerminalHostClient; terminals: TerminalService } {
  const host = new TerminalHostClient(paths, { name: `cellar ${desktop.face}`, version, events: true });
  endings.add(() => host.close());
  const terminals = new TerminalService({ ...parts, client: host, failed });
  endings.add(() => terminals.close());
  endings.add(configureHost(host, settings, (error) => failed(error, "configuring the terminal host")));
  const handOver = new HandOver({ client: host, terminals, version, failed });
  endings.add(() => handOver.close());
  return { host, terminals };
}
