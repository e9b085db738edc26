/** What agents in bottles ask: what waits for an answer, oldest first, and below it what was answered. */
import { useEffect, useRef } from "react";
import type { Proposal } from "#shared/contract/supervise.ts";
import { useProposals } from "../live/index.ts";
import { Empty, Screen, StateLine } from "../ui/index.ts";
import { ProposalCard } from "./proposal-card.tsx";
import { answerLine, askLine, proposalStatus } from "./words.ts";

/** More of them are in the audit log. */
const answeredShown = 50;

export default function ProposalsScreen() {
  const { items, status } = useProposals();
  if (status === "loading") return null;
  const pending = items.filter(({ state }) => state === "pending");
  const answered = items.filter(({ state }) => state !== "pending").toSorted(latestAnswer);
  if (items.length === 0) {
    return (
      <Empty>
        Nobody asks you anything. An agent in a bottle may ask for a host, a capability or a decision where you let it
        at the launch, or its bottle's manifest says <code className="font-mono text-sm">supervise: true</code>.
      </Empty>
    );
  }
  return (
    <Screen>
      <div className="mx-auto flex max-w-3xl flex-col gap-4 px-6 py-5">
        <Pending proposals={pending} />
        {answered.length > 0 && <Answered proposals={answered.slice(0, answeredShown)} />}
      </div>
    </Screen>
  );
}

function Pending({ proposals }: { proposals: readonly Proposal[] }) {
  const list = useRef<HTMLElement>(null);
  const count = useRef(proposals.length);
  // One that is answered takes the keyboard with it: the next one gets it.
  useEffect(() => {
    const lost = document.activeElement === document.body || document.activeElement === null;
    if (proposals.length < count.current && lost) {
      const next = list.current?.querySelector<HTMLElement>("[data-proposal]") ?? list.current;
      next?.focus();
    }
    count.current = proposals.length;
  }, [proposals.length]);
  return (
    <section
      ref={list}
      tabIndex={-1}
      aria-label="Waiting for you"
      data-proposals
      className="flex flex-col gap-2 outline-none"
    >
      <h2 className="font-semibold text-lg">Waiting for you</h2>
      {proposals.length === 0 && <p className="text-muted">Nothing right now.</p>}
      {proposals.map((proposal) => (
        <ProposalCard key={proposal.id} proposal={proposal} showBottle />
      ))}
    </section>
  );
}

function Answered({ proposals }: { proposals: readonly Proposal[] }) {
  return (
    <section aria-label="Answered">
      <h2 className="mb-1 font-medium text-muted text-sm">Answered</h2>
      <ul className="border-line border-t">
        {proposals.map((proposal) => (
          <li
            key={proposal.id}
            className="flex min-h-8 items-center gap-3 border-line border-b px-1 py-1 hover:bg-hover"
          >
            <span className="min-w-0 flex-1">
              <span className="block truncate">
                {proposal.programName} {askLine(proposal.ask)}
              </span>
              {answerLine(proposal) !== "" && (
                <span className="block truncate text-muted text-sm">{answerLine(proposal)}</span>
              )}
            </span>
            <span className="@max-md:hidden max-w-40 shrink-0 truncate text-faint text-sm">{proposal.label}</span>
            <StateLine status={proposalStatus(proposal)} className="shrink-0 text-muted text-sm" />
          </li>
        ))}
      </ul>
    </section>
  );
}

function latestAnswer(a: Proposal, b: Proposal): number {
  return (b.answer?.at ?? "").localeCompare(a.answer?.at ?? "");
}
