/** The quiet line under a terminal that has ended: how, and what can be done now. */
import { RotateCw, X } from "lucide-react";
import { useState } from "react";
import type { Terminal } from "#shared/contract/terminals.ts";
import { useClient } from "../connection/index.ts";
import { Button, orNotice, StateLine } from "../ui/index.ts";
import { dock } from "./panels.tsx";
import { restartTerminal } from "./restart.ts";
import { useTerminalStatus } from "./use-terminal-status.ts";

export function TerminalEnd({ terminal, panelId }: { terminal: Terminal; panelId: string }) {
  const client = useClient();
  const [restarting, setRestarting] = useState(false);
  const restart = async () => {
    setRestarting(true);
    await orNotice("Could not restart the terminal", restartTerminal(client, terminal, panelId));
    setRestarting(false);
  };
  return (
    <div className="flex min-h-9 flex-none flex-wrap items-center gap-x-2 gap-y-1 border-line border-t bg-panel px-3 py-1">
      <StateLine status={useTerminalStatus(terminal)} className="min-w-36 flex-1" />
      <Button small busy={restarting} icon={<RotateCw size={12} aria-hidden />} onClick={() => void restart()}>
        Restart
      </Button>
      <Button small look="quiet" icon={<X size={12} aria-hidden />} onClick={() => dock.close(panelId)}>
        Close
      </Button>
    </div>
  );
}
