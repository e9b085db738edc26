/** How many questions wait: in the status bar, and beside a bottle's name. Nothing while there are none. */
import { usePendingProposals } from "../live/index.ts";
import { counted, Sign } from "../ui/index.ts";
import { openProposals } from "./proposals-panel.tsx";

export function ProposalCount() {
  const pending = usePendingProposals();
  if (pending.length === 0) return null;
  return (
    <button
      type="button"
      className="flex h-5 shrink-0 items-center gap-1.5 rounded px-1.5 text-text hover:bg-hover"
      onClick={() => openProposals()}
    >
      <Sign state="permission" />
      <span>{counted(pending.length, "question")} for you</span>
    </button>
  );
}

export function BottleProposalCount({ bottleId }: { bottleId: string }) {
  const count = usePendingProposals().filter((proposal) => proposal.bottleId === bottleId).length;
  if (count === 0) return null;
  return (
    <span className="flex shrink-0 items-center gap-1 text-sm">
      <Sign state="permission" />
      {counted(count, "question")}
    </span>
  );
}
