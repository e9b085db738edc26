/** Before a bottle is closed: what that ends, by name, and what stays. */
import { useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import type { Bottle } from "#shared/contract/bottles.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { useTerminalSummaries } from "../live/index.ts";
import { Button, counted, ProblemNote } from "../ui/index.ts";

export function CloseForm({ bottle, onClose }: { bottle: Bottle; onClose: () => void }) {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const inside = useTerminalSummaries().filter(({ bottleId, alive }) => bottleId === bottle.id && alive);
  const others = inside.filter(({ id }) => id !== bottle.terminalId).length;
  const own = inside.find(({ id }) => id === bottle.terminalId);
  const close = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await client.bottles.close({ id: bottle.id });
      onClose();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      setBusy(false);
    }
  };
  return (
    <section
      aria-label={`Close ${bottle.label}`}
      className="flex flex-col gap-2 rounded border border-line px-3 py-2.5"
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <p>
        This ends {bottle.programName}
        {own && own.status.state === "working" && <span className="text-attention"> in the middle of its work</span>}
        {others > 0 && ` and ${counted(others, "other terminal")} in the bottle`}, with every process inside
        {bottle.services.length > 0 && `, and its ${bottle.services.map(({ name }) => name).join(" and ")}`}.
      </p>
      <p className="text-muted">
        The workspace stays as it is.{" "}
        {bottle.plan.home === "kept"
          ? "Its home is kept, so that the conversation can be resumed."
          : "Its home and temporary files are gone."}
      </p>
      {problem && <ProblemNote problem={problem} />}
      <div className="flex gap-2">
        <Button small look="danger" busy={busy} autoFocus onClick={() => void close()}>
          End everything in it
        </Button>
        <Button small look="quiet" onClick={onClose}>
          Keep it running
        </Button>
      </div>
    </section>
  );
}
