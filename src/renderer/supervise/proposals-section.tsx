/** What the program of one bottle asks, on the bottle's page. */
import { usePendingProposals } from "../live/index.ts";
import { Button } from "../ui/index.ts";
import { ProposalCard } from "./proposal-card.tsx";
import { openProposals } from "./proposals-panel.tsx";

export function ProposalsSection({ bottleId }: { bottleId: string }) {
  const pending = usePendingProposals().filter((proposal) => proposal.bottleId === bottleId);
  if (pending.length === 0) return null;
  return (
    <section aria-label="Questions" data-proposals className="flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <h3 className="flex-1 font-medium text-muted text-sm">Questions</h3>
        <Button small look="quiet" onClick={() => openProposals()}>
          All questions
        </Button>
      </div>
      {pending.map((proposal) => (
        <ProposalCard key={proposal.id} proposal={proposal} showBottle={false} />
      ))}
    </section>
  );
}
