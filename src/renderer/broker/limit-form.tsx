/** The limit of a bottle that runs, changed in place. When it was reached, the way on is one click. */
import { type FormEvent, useState } from "react";
import { limitWords, raised } from "#shared/broker/words.ts";
import type { Problem } from "#shared/contract/base.ts";
import type { BrokerUsage, UsageLimits } from "#shared/contract/broker.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { Button, orNotice, ProblemNote, Sign, sentence } from "../ui/index.ts";
import { LimitFields } from "./limit-fields.tsx";
import { type LimitText, limitsFrom, limitText } from "./limit-text.ts";

export function LimitForm({ usage }: { usage: BrokerUsage }) {
  const client = useClient();
  const [text, setText] = useState<LimitText | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { id, limits, open } = usage;
  const set = async (wanted: UsageLimits) => {
    setBusy(true);
    setProblem(null);
    try {
      await client.broker.setLimits({ id, limits: wanted });
      setText(null);
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    } finally {
      setBusy(false);
    }
  };
  const words = limitWords(limits);
  if (!open) return words === null ? null : <p className="text-muted">Limit {words}</p>;
  if (text === null) {
    return (
      <div className="flex flex-col gap-2">
        <LimitReached usage={usage} />
        <div className="flex items-center gap-2">
          <span className="text-muted">{words === null ? "No limit" : `Limit ${words}`}</span>
          <Button small look="quiet" onClick={() => setText(limitText(limits))}>
            {words === null ? "Set a limit" : "Change"}
          </Button>
        </div>
        {problem && <ProblemNote problem={problem} />}
      </div>
    );
  }
  const wanted = limitsFrom(text).limits;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wanted !== null && !busy) void set(wanted);
  };
  return (
    <form
      aria-label="Limit of this bottle"
      className="flex flex-col gap-2"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") setText(null);
      }}
    >
      <LimitFields value={text} onChange={setText} autoFocus />
      <p className="text-faint text-sm">
        What is asked beyond it is refused, and the program is told. Nothing of its work is lost: raise the limit, and
        it can go on.
      </p>
      {problem && <ProblemNote problem={problem} />}
      <div className="flex gap-2">
        <Button type="submit" small look="primary" busy={busy} disabled={wanted === null}>
          Keep
        </Button>
        <Button small look="quiet" onClick={() => setText(null)}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

/** What a limit that was reached means, and the way on. */
export function LimitReached({ usage: { id, reached, limits } }: { usage: BrokerUsage }) {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  if (reached === null) return null;
  const set = async (wanted: UsageLimits) => {
    setBusy(true);
    await orNotice("Could not change the limit", client.broker.setLimits({ id, limits: wanted }));
    setBusy(false);
  };
  const next = raised(limits);
  return (
    <div role="status" className="flex flex-wrap items-center gap-2 rounded bg-attention-tint px-2.5 py-1.5">
      <Sign state="permission" />
      <span className="min-w-40 flex-1">
        {sentence(reached)}: its requests to the provider are refused. Raise the limit, then tell it to go on.
      </span>
      <span className="flex flex-wrap gap-2">
        <Button small look="primary" busy={busy} onClick={() => void set(next)}>
          Raise to {limitWords(next)}
        </Button>
        <Button small disabled={busy} onClick={() => void set({ tokens: null, costMicros: null })}>
          Remove the limit
        </Button>
      </span>
    </div>
  );
}
