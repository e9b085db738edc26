/** What can be done with a bottle. */
import { SquareTerminal } from "lucide-react";
import type { Bottle } from "#shared/contract/bottles.ts";
import { openTerminal } from "../app/open.ts";
import { useClient } from "../connection/index.ts";
import { dock } from "../terminals/panels.tsx";
import { Button, orNotice, TwoStepButton } from "../ui/index.ts";
import { isOver } from "./status.ts";

export function BottleActions({ bottle, panelId }: { bottle: Bottle; panelId: string }) {
  const client = useClient();
  const { id, terminalId } = bottle;
  const over = isOver(bottle);
  const shell = async () => {
    const terminal = await orNotice("Could not open a terminal in the bottle", client.bottles.openTerminal({ id }));
    if (terminal) openTerminal(terminal.id);
  };
  return (
    <div className="flex flex-wrap gap-2">
      {terminalId !== null && <Button onClick={() => openTerminal(terminalId)}>Show its terminal</Button>}
      {bottle.state === "running" && (
        <Button icon={<SquareTerminal size={13} aria-hidden />} onClick={() => void shell()}>
          Shell inside
        </Button>
      )}
      {over ? (
        <TwoStepButton
          confirm="Forget it and its home"
          onConfirm={() => {
            void orNotice("Could not remove the bottle", client.bottles.remove({ id })).then(
              (done) => done && dock.close(panelId),
            );
          }}
        >
          Remove
        </TwoStepButton>
      ) : (
        <TwoStepButton
          confirm="End everything in it"
          onConfirm={() => void orNotice("Could not close the bottle", client.bottles.close({ id }))}
        >
          Close
        </TwoStepButton>
      )}
    </div>
  );
}
