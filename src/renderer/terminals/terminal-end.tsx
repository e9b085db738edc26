/** The quiet line under a terminal that has ended: how, and what can be done now. */
import { MessageSquareReply, RotateCw, X } from "lucide-react";
import { useState } from "react";
import type { Terminal } from "#shared/contract/terminals.ts";
import { useClient } from "../connection/index.ts";
import { dock } from "../dock/panels.tsx";
import { useLaunches, useTerminalStatus } from "../live/index.ts";
import { Button, orNotice, StateLine } from "../ui/index.ts";
import { restartTerminal, resumeLaunch } from "./restart.ts";

export function TerminalEnd({ terminal, panelId }: { terminal: Terminal; panelId: string }) {
  const client = useClient();
  const [busy, setBusy] = useState<"resume" | "restart" | null>(null);
  const launch = useLaunches().byId.get(terminal.owner.launchId ?? "");
  const act = async (what: "resume" | "restart", failure: string, acting: Promise<void>) => {
    setBusy(what);
    await orNotice(failure, acting);
    setBusy(null);
  };
  return (
    <div className="flex min-h-9 flex-none flex-wrap items-center gap-x-2 gap-y-1 border-line border-t bg-panel px-3 py-1">
      <StateLine status={useTerminalStatus(terminal)} className="min-w-60 flex-1" />
      {launch && launch.conversationId !== null && (
        <Button
          small
          busy={busy === "resume"}
          icon={<MessageSquareReply size={12} aria-hidden />}
          onClick={() => void act("resume", "Could not resume the conversation", resumeLaunch(client, launch, panelId))}
        >
          Resume the conversation
        </Button>
      )}
      <Button
        small
        busy={busy === "restart"}
        icon={<RotateCw size={12} aria-hidden />}
        onClick={() =>
          void act("restart", "Could not restart the terminal", restartTerminal(client, terminal, panelId))
        }
      >
        Restart
      </Button>
      <Button small look="quiet" icon={<X size={12} aria-hidden />} onClick={() => dock.close(panelId)}>
        Close
      </Button>
    </div>
  );
}
