/** Copies into the bottle and out of it: two paths, and what was left out. */
import { useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import type { Bottle } from "#shared/contract/bottles.ts";
import { folderOf, nameOf } from "../app/dropped-paths.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { useWorkspace } from "../live/index.ts";
import { Button, counted, ProblemNote, Sign, TextField } from "../ui/index.ts";

export type Direction = "in" | "out";

const home = "/home/agent";

export type CopyFormProps = {
  bottle: Bottle;
  direction: Direction;
  /** What was dropped. */
  from?: readonly string[];
  note?: string | null;
  onClose: () => void;
};

export function CopyForm({ bottle, direction, from: given = [], note = null, onClose }: CopyFormProps) {
  const client = useClient();
  const workspace = useWorkspace(bottle.workspaceId);
  const into = direction === "in";
  const [from, setFrom] = useState(into ? (given[0] ?? "") : `${home}/`);
  const [typed, setTyped] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<{ to: string; leftOut: readonly string[] } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const several = given.length > 1;
  const to = typed ?? proposed(into, several, from, workspace ? folderOf(workspace.path) : "");
  const copy = async () => {
    setBusy(true);
    setProblem(null);
    setDone(null);
    try {
      const { id } = bottle;
      if (!into) setDone({ to, ...(await client.bottles.copyOut({ id, from, to })) });
      else {
        for (const each of several ? given : [from]) {
          const target = several ? `${to.replace(/\/+$/, "")}/${nameOf(each)}` : to;
          await client.bottles.copyIn({ id, from: each, to: target });
        }
        setDone({ to, leftOut: [] });
      }
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    } finally {
      setBusy(false);
    }
  };
  const ready = from.startsWith("/") && nameOf(from) !== "" && to.startsWith("/");
  return (
    <form
      aria-label={into ? "Copy into the bottle" : "Copy out of the bottle"}
      className="flex flex-col gap-2 rounded border border-line px-3 py-2.5"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !busy) void copy();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      {note && <p className="text-warning">{note}. Type its path below.</p>}
      <div className="flex flex-wrap gap-3">
        <div className="min-w-56 flex-1">
          {several ? (
            <p>
              <span className="block font-medium text-muted text-sm">On this computer</span>
              {counted(given.length, "file or folder", "files and folders")}
            </p>
          ) : (
            <TextField
              label={into ? "On this computer" : "In the bottle"}
              code
              autoFocus
              value={from}
              help={into ? "A file or a folder. Or drop it on this page." : undefined}
              onChange={(event) => setFrom(event.target.value)}
            />
          )}
        </div>
        <div className="min-w-56 flex-1">
          <TextField
            label={into ? "To, in the bottle" : "To, on this computer"}
            code
            value={to}
            help={several ? "A folder that is there." : "Where nothing is yet."}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
      </div>
      {problem && <ProblemNote problem={problem} />}
      <div className="flex items-center gap-2">
        <Button type="submit" small look="primary" busy={busy} disabled={!ready}>
          {into ? "Copy in" : "Copy out"}
        </Button>
        <Button small look="quiet" onClick={onClose}>
          Close
        </Button>
        {done && (
          <span role="status" className="flex min-w-0 items-center gap-1.5">
            <Sign state="done-unseen" />
            <span className="truncate">Copied to {done.to}</span>
          </span>
        )}
      </div>
      {done && done.leftOut.length > 0 && (
        <div className="text-warning">
          <p>Left out, because it leads out of the copy or is no file:</p>
          <ul className="max-h-32 overflow-auto font-mono text-sm">
            {done.leftOut.map((path) => (
              <li key={path}>{path}</li>
            ))}
          </ul>
        </div>
      )}
    </form>
  );
}

function proposed(into: boolean, several: boolean, from: string, beside: string): string {
  if (several) return home;
  const name = nameOf(from);
  if (into) return name === "" ? `${home}/` : `${home}/${name}`;
  return name === "" || nameOf(from) === "agent" ? `${beside}/` : `${beside}/${name}`;
}
