/** What can be done with a bottle; what needs more than a click opens below. */
import { MessageSquareReply, SquareTerminal } from "lucide-react";
import type { Bottle } from "#shared/contract/bottles.ts";
import { openTerminal } from "../app/open.ts";
import { useClient } from "../connection/index.ts";
import { dock } from "../dock/panels.tsx";
import { showSummary } from "../launches/use-launch.ts";
import { useLaunches } from "../live/index.ts";
import { Button, orNotice, TwoStepButton } from "../ui/index.ts";
import { CloseForm } from "./close-form.tsx";
import { CopyForm } from "./copy-form.tsx";
import { RunForm } from "./run-form.tsx";
import { isOver } from "./status.ts";

export type OpenForm =
  | { form: "run" | "close" | "copy-out" }
  | { form: "copy-in"; from?: readonly string[]; note?: string | null }
  | null;

export type BottleActionsProps = {
  bottle: Bottle;
  panelId: string;
  open: OpenForm;
  onOpen: (form: OpenForm) => void;
};

export function BottleActions({ bottle, panelId, open, onOpen }: BottleActionsProps) {
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        {isOver(bottle) ? (
          <OverButtons bottle={bottle} panelId={panelId} />
        ) : (
          <RunningButtons bottle={bottle} open={open} onOpen={onOpen} />
        )}
      </div>
      {!isOver(bottle) && <Form bottle={bottle} open={open} onClose={() => onOpen(null)} />}
    </div>
  );
}

function RunningButtons({ bottle, open, onOpen }: Omit<BottleActionsProps, "panelId">) {
  const client = useClient();
  const { id, terminalId, state } = bottle;
  const shell = async () => {
    const terminal = await orNotice("Could not open a terminal in the bottle", client.bottles.openTerminal({ id }));
    if (terminal) openTerminal(terminal.id);
  };
  const toggle = (form: "run" | "copy-in" | "copy-out" | "close") => onOpen(open?.form === form ? null : { form });
  const opens = (form: string) => ({ "aria-expanded": open?.form === form });
  return (
    <>
      {terminalId !== null && <Button onClick={() => openTerminal(terminalId)}>Show its terminal</Button>}
      {state === "running" && (
        <>
          <Button icon={<SquareTerminal size={13} aria-hidden />} onClick={() => void shell()}>
            Shell inside
          </Button>
          <Button {...opens("run")} onClick={() => toggle("run")}>
            Run inside…
          </Button>
          <Button {...opens("copy-in")} onClick={() => toggle("copy-in")}>
            Copy in…
          </Button>
          <Button {...opens("copy-out")} onClick={() => toggle("copy-out")}>
            Copy out…
          </Button>
        </>
      )}
      <Button {...opens("close")} onClick={() => toggle("close")}>
        Close…
      </Button>
    </>
  );
}

function Form({ bottle, open, onClose }: { bottle: Bottle; open: OpenForm; onClose: () => void }) {
  switch (open?.form) {
    case "run":
      return <RunForm bottle={bottle} onClose={onClose} />;
    case "close":
      return <CloseForm bottle={bottle} onClose={onClose} />;
    case "copy-out":
      return <CopyForm bottle={bottle} direction="out" onClose={onClose} />;
    case "copy-in":
      return (
        <CopyForm
          // What is dropped later replaces what was asked before.
          key={open.from?.join("\n") ?? ""}
          bottle={bottle}
          direction="in"
          from={open.from ?? []}
          note={open.note ?? null}
          onClose={onClose}
        />
      );
    default:
      return null;
  }
}

function OverButtons({ bottle, panelId }: { bottle: Bottle; panelId: string }) {
  const client = useClient();
  const { id, terminalId } = bottle;
  return (
    <>
      {terminalId !== null && <Button onClick={() => openTerminal(terminalId)}>Show its terminal</Button>}
      <ResumeButton bottle={bottle} />
      <TwoStepButton
        confirm={bottle.plan.home === "kept" ? "Forget it, its log and its home" : "Forget it and its log"}
        onConfirm={() => {
          void orNotice("Could not remove the bottle", client.bottles.remove({ id })).then(
            (done) => done && dock.close(panelId),
          );
        }}
      >
        Remove
      </TwoStepButton>
    </>
  );
}

/** Its conversation goes on in a new bottle with the home that was kept; the launch summary comes first. */
export function ResumeButton({ bottle, small }: { bottle: Bottle; small?: boolean }) {
  const launch = useLaunches().byId.get(bottle.launchId ?? "");
  if (bottle.plan.home !== "kept" || launch === undefined || launch.conversationId === null) return null;
  const { programId, workspaceId, label, colour } = bottle;
  return (
    <Button
      {...(small ? { small } : {})}
      icon={<MessageSquareReply size={13} aria-hidden />}
      aria-label={`Resume ${label}`}
      onClick={() => showSummary(workspaceId, { programId, resume: launch.id, label, colour })}
    >
      Resume
    </Button>
  );
}
