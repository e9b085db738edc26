/** What a person writes to answer: another host or other words, and why not. Enter sends, Esc goes back. */
import { type FormEvent, type ReactNode, useState } from "react";
import type { Proposal, ProposalDecision } from "#shared/contract/supervise.ts";
import { HostFields, RequestFields } from "../gateway/reach-fields.tsx";
import { Button, Field, Select, TextArea, TextField } from "../ui/index.ts";
import { decisionOf, problemsOf, type Reply, scopesFor } from "./reply.ts";

type Sending = { busy: boolean; onSend: (decision: ProposalDecision) => Promise<void>; onCancel: () => void };

export function ChangeForm(props: Sending & { proposal: Proposal; reply: Reply; runs: boolean }) {
  const { proposal, runs, busy, onSend, onCancel } = props;
  const { ask } = proposal;
  const [reply, setReply] = useState(props.reply);
  const [tried, setTried] = useState(false);
  const wrong = tried ? problemsOf(ask, reply) : {};
  const set = (change: Partial<Reply>) => setReply((before) => ({ ...before, ...change }));
  const submit = () => {
    setTried(true);
    if (Object.keys(problemsOf(ask, reply)).length === 0) void onSend(decisionOf(ask, reply));
  };
  return (
    <Form label={labels[ask.kind]} onSubmit={submit} onCancel={onCancel}>
      {ask.kind === "host" ? (
        <>
          <div className="flex flex-wrap items-start gap-3">
            <HostFields draft={reply} wrong={wrong} set={set} />
            <Field label="For">
              {() => (
                <Select
                  label="For"
                  value={reply.scope}
                  options={scopesFor(runs)}
                  onChange={(scope) => set({ scope })}
                />
              )}
            </Field>
          </div>
          <div className="flex flex-wrap items-start gap-3">
            <RequestFields
              draft={reply}
              wrong={wrong}
              set={set}
              placeholder="all"
              help="For methods and paths the gateway opens the TLS of the host."
            />
          </div>
        </>
      ) : (
        <TextArea
          spellCheck
          label={ask.kind === "decision" ? "Your answer" : "What you grant"}
          autoFocus
          rows={2}
          maxLength={2000}
          value={reply.words}
          error={wrong.words}
          onChange={(event) => set({ words: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            submit();
          }}
        />
      )}
      {ask.kind !== "decision" && <Note value={reply.note} onChange={(note) => set({ note })} />}
      <Buttons send={ask.kind === "host" ? "Allow" : "Answer"} busy={busy} onCancel={onCancel} />
    </Form>
  );
}

export function RefuseForm({ busy, onSend, onCancel }: Sending) {
  const [note, setNote] = useState("");
  return (
    <Form label="Refuse it" onSubmit={() => void onSend({ type: "reject", note })} onCancel={onCancel}>
      <Note value={note} onChange={setNote} autoFocus />
      <Buttons send="Refuse" busy={busy} onCancel={onCancel} />
    </Form>
  );
}

const labels = { host: "Allow something else", capability: "Grant something else", decision: "Answer in words" };

function Note(props: { value: string; onChange: (note: string) => void; autoFocus?: boolean }) {
  return (
    <TextField
      label="What to tell it (optional)"
      autoFocus={props.autoFocus ?? false}
      maxLength={2000}
      value={props.value}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}

function Buttons({ send, busy, onCancel }: { send: string; busy: boolean; onCancel: () => void }) {
  return (
    <div className="flex gap-2">
      <Button type="submit" look="primary" busy={busy}>
        {send}
      </Button>
      <Button look="quiet" onClick={onCancel}>
        Back
      </Button>
    </div>
  );
}

function Form(props: { label: string; onSubmit: () => void; onCancel: () => void; children: ReactNode }) {
  return (
    <form
      aria-label={props.label}
      className="flex flex-col gap-3"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        props.onSubmit();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        props.onCancel();
      }}
    >
      {props.children}
    </form>
  );
}
