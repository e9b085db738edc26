/** A push that a person can answer: what it would do, and the two answers. */
import type { GitGateEvent } from "#shared/contract/git-gate.ts";
import { useClient } from "../connection/index.ts";
import { Button, orNotice, StateSign, TwoStepButton } from "../ui/index.ts";
import { eventStatus, eventWords, fileWords, sizeWords } from "./words.ts";

const shownFiles = 12;

export function PushCard({ event, bottle }: { event: GitGateEvent; bottle: string | undefined }) {
  const client = useClient();
  const status = eventStatus(event);
  const words = eventWords(event);
  const found = event.reason === "detected" || event.reason === "opaque";
  const approve = () => void orNotice("Could not approve the push", client.gitGate.approve({ id: event.id }));
  const refuse = () => void orNotice("Could not refuse the push", client.gitGate.refuse({ id: event.id }));
  return (
    <li className="flex flex-col gap-1.5 rounded border border-line px-2.5 py-2">
      <div className="flex flex-wrap items-center gap-2">
        <StateSign status={status} />
        <span className="min-w-0 flex-1 break-words font-medium">{words}</span>
        {bottle && <span className="max-w-[30%] shrink-0 truncate text-faint text-sm">{bottle}</span>}
        <span className="flex shrink-0 items-center gap-1">
          <Button small look="quiet" aria-label={`Refuse: ${words}`} onClick={refuse}>
            Refuse
          </Button>
          {found ? (
            <TwoStepButton
              small
              confirm="Make it public upstream"
              aria-label={`Let pass all the same: ${words}`}
              onConfirm={approve}
            >
              Let pass all the same
            </TwoStepButton>
          ) : (
            <Button small look="primary" aria-label={`Approve: ${words}`} onClick={approve}>
              Approve
            </Button>
          )}
        </span>
      </div>
      <p className={found ? "text-warning" : "text-muted"}>{answerWords(event)}</p>
      {event.commits.length > 0 && (
        <details className="text-sm">
          <summary className="cursor-pointer text-muted">{sizeWords(event)}</summary>
          <ul aria-label="Commits" className="mt-1">
            {event.commits.map(({ id, subject }) => (
              <li key={id} className="flex gap-2">
                <code className="shrink-0 select-text font-mono text-faint">{id.slice(0, 8)}</code>
                <span className="min-w-0 select-text truncate">{subject}</span>
              </li>
            ))}
            {event.moreCommits > 0 && <li className="text-muted">and {event.moreCommits} more</li>}
          </ul>
          <ul aria-label="Files" className="mt-1">
            {event.files.slice(0, shownFiles).map((file) => (
              <li key={file.path} className="flex gap-2">
                <span className="tabular w-20 shrink-0 text-right text-faint">{fileWords(file)}</span>
                <code className="min-w-0 select-text truncate font-mono">{file.path}</code>
              </li>
            ))}
            {event.files.length + event.moreFiles > shownFiles && (
              <li className="text-muted">and {event.files.length + event.moreFiles - shownFiles} more files</li>
            )}
          </ul>
        </details>
      )}
    </li>
  );
}

function answerWords({ outcome, detail }: GitGateEvent): string {
  if (outcome === "waiting") return "The agent's git waits for your answer.";
  if (outcome === "pending") return "The agent was told to push again later. Approved, it passes then.";
  return `${detail} It passes only if you say so and the agent pushes the same again.`;
}
