/**
 * One question of an agent, answered where it stands. With the keyboard on the card: A says yes, C changes it first, R refuses it, 1 to 9 choose an
 * option; the arrows go to the next question.
 */
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import type { Proposal, ProposalDecision } from "#shared/contract/supervise.ts";
import { hostWarning } from "#shared/supervise/host-warning.ts";
import { openBottle } from "../app/open.ts";
import { useBottles } from "../live/index.ts";
import { Ago, Button, Keys, ProblemNote, Select, Sign } from "../ui/index.ts";
import { ChangeForm, RefuseForm } from "./forms.tsx";
import { decisionOf, type Reply, replyTo, type Scope, scopesFor } from "./reply.ts";
import { useReply } from "./use-reply.ts";
import { capabilitySteps, hostFacts, hostName } from "./words.ts";

export function ProposalCard({ proposal, showBottle }: { proposal: Proposal; showBottle: boolean }) {
  const { ask } = proposal;
  const runs = useBottles().byId.get(proposal.bottleId)?.state === "running";
  const send = useReply();
  const [form, setForm] = useState<"change" | "refuse" | null>(null);
  const [scope, setScope] = useState<Scope | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const title = useId();
  const reply: Reply = { ...replyTo(proposal, runs), ...(scope && { scope }) };

  const answer = async (decision: ProposalDecision) => {
    if (busy) return;
    setBusy(true);
    const kept = await send(proposal, decision);
    setProblem(kept);
    setBusy(false);
  };
  const accept = () => {
    if (ask.kind === "decision") setForm("change");
    else void answer(decisionOf(ask, reply));
  };
  const choose = (option: string) => void answer({ type: "decision", decision: option, note: "" });

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    // Only where the card itself has the keyboard: letters belong to a field otherwise.
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const option = ask.kind === "decision" ? ask.options[Number(event.key) - 1] : undefined;
    const keys: Record<string, () => void> = {
      a: accept,
      c: () => setForm("change"),
      r: () => setForm("refuse"),
      ArrowDown: () => focusCard(event.currentTarget, 1),
      ArrowUp: () => focusCard(event.currentTarget, -1),
    };
    const run = option === undefined ? keys[event.key] : () => choose(option);
    if (run === undefined) return;
    event.preventDefault();
    run();
  };

  return (
    <article
      aria-labelledby={title}
      data-proposal
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys above need it; every button in it can be reached as well
      tabIndex={0}
      className="flex flex-col gap-2.5 rounded border border-line-field bg-field p-3 outline-none focus-visible:border-line-focus focus-visible:outline-2 focus-visible:outline-line-focus"
      onKeyDown={onKeyDown}
    >
      <header className="flex items-baseline gap-2">
        <Sign state="permission" className="translate-y-px" />
        <h3 id={title} className="min-w-0 flex-1 break-words font-medium">
          {proposal.programName} <Asked proposal={proposal} />
        </h3>
        {showBottle && (
          <button
            type="button"
            className="max-w-[35%] shrink-0 truncate rounded text-muted text-sm hover:text-text hover:underline"
            onClick={() => openBottle(proposal.bottleId)}
          >
            {proposal.label}
            {!runs && " (ended)"}
          </button>
        )}
        <Ago at={proposal.createdAt} className="shrink-0 text-faint text-sm" />
      </header>
      <Details proposal={proposal} />
      {problem && <ProblemNote problem={problem} />}
      {form === "change" && (
        <ChangeForm
          proposal={proposal}
          reply={reply}
          runs={runs}
          busy={busy}
          onSend={answer}
          onCancel={() => setForm(null)}
        />
      )}
      {form === "refuse" && <RefuseForm busy={busy} onSend={answer} onCancel={() => setForm(null)} />}
      {form === null && (
        <div className="flex flex-wrap items-center gap-2">
          {ask.kind === "decision" &&
            ask.options.map((option, index) => (
              <Button key={option} busy={busy} onClick={() => choose(option)}>
                {option} {index < 9 && <Keys>{String(index + 1)}</Keys>}
              </Button>
            ))}
          {ask.kind === "host" && (
            <>
              <Button look="primary" busy={busy} onClick={accept}>
                Allow <Keys>A</Keys>
              </Button>
              <Select label="For" value={reply.scope} options={scopesFor(runs)} onChange={setScope} />
            </>
          )}
          {ask.kind === "capability" && (
            <Button look="primary" busy={busy} onClick={accept}>
              I will grant it <Keys>A</Keys>
            </Button>
          )}
          <Button busy={busy} onClick={() => setForm("change")}>
            {ask.kind === "decision" ? "Answer in words…" : "Change…"} <Keys>C</Keys>
          </Button>
          <Button look="quiet" busy={busy} onClick={() => setForm("refuse")}>
            Refuse… <Keys>R</Keys>
          </Button>
        </div>
      )}
    </article>
  );
}

function Asked({ proposal: { ask } }: { proposal: Proposal }): ReactNode {
  switch (ask.kind) {
    case "host":
      return (
        <>
          asks for <code className="break-all font-mono text-sm">{hostName(ask)}</code>
        </>
      );
    case "capability":
      return "asks for a capability";
    case "decision":
      return "asks you to decide";
  }
}

function Details({ proposal: { ask, reason } }: { proposal: Proposal }) {
  const warning = ask.kind === "host" ? hostWarning(ask) : null;
  return (
    <>
      {ask.kind === "capability" && <Words>{ask.capability}</Words>}
      {ask.kind === "decision" && <Words>{ask.question}</Words>}
      <div className="text-muted">
        <span className="text-faint text-sm">Its reason: </span>
        <span className="select-text whitespace-pre-line break-words">{reason}</span>
      </div>
      {ask.kind === "host" && (
        <dl className="flex flex-wrap gap-x-4 gap-y-0.5 text-sm">
          {hostFacts(ask).map(({ name, value }) => (
            <div key={name} className="flex min-w-0 gap-1.5">
              <dt className="text-faint">{name}</dt>
              <dd className="min-w-0 break-all">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {warning && <p className="text-sm text-warning">{warning}</p>}
      {ask.kind === "capability" && (
        <>
          {ask.change !== "" && (
            <details>
              <summary className="w-fit text-muted hover:text-text">The change it proposes</summary>
              <pre className="mt-1 max-h-60 select-text overflow-auto whitespace-pre-wrap break-words rounded border border-line bg-panel p-2 font-mono text-sm">
                {ask.change}
              </pre>
            </details>
          )}
          <p className="text-faint text-sm">{capabilitySteps}</p>
        </>
      )}
    </>
  );
}

function Words({ children }: { children: string }) {
  return <p className="select-text whitespace-pre-line break-words">{children}</p>;
}

/** To the card that many further on, in the order in which they stand. */
function focusCard(from: Element, step: number): void {
  const cards = [...(from.closest("[data-proposals]") ?? document).querySelectorAll<HTMLElement>("[data-proposal]")];
  cards[cards.indexOf(from as HTMLElement) + step]?.focus();
}
