/** How a workspace is made, and for a worktree on which branch. */
import { useState } from "react";
import type { Inspection, WorkspaceMode } from "#shared/contract/workspaces.ts";
import { type Choice, sentence, TextField } from "../ui/index.ts";
import { changeDraft, type Draft } from "./draft.ts";

export function BranchFields({ draft, name, inspection }: { draft: Draft; name: string; inspection: Inspection }) {
  const [open, setOpen] = useState(draft.branch !== "" || draft.startPoint !== "");
  const { git } = inspection;
  if (!open) {
    return (
      <p className="text-muted">
        On a new branch <code className="font-mono text-sm text-text">cellar/{name}</code> from{" "}
        {git?.branch ? <code className="font-mono text-sm text-text">{git.branch}</code> : "HEAD"}.{" "}
        <button type="button" className="rounded underline hover:text-text" onClick={() => setOpen(true)}>
          Change
        </button>
      </p>
    );
  }
  return (
    <div className="grid grid-cols-2 gap-3">
      <TextField
        code
        label="New branch"
        value={draft.branch}
        placeholder={`cellar/${name}`}
        onChange={(event) => changeDraft({ branch: event.target.value })}
      />
      <TextField
        code
        label="Starting from"
        value={draft.startPoint}
        placeholder={git?.branch ?? "HEAD"}
        list="start-points"
        onChange={(event) => changeDraft({ startPoint: event.target.value })}
      />
      <datalist id="start-points">
        {git?.branches.map((branch) => (
          <option key={branch} value={branch} />
        ))}
      </datalist>
    </div>
  );
}

const modeWords: Record<WorkspaceMode, { label: string; folder: string; url: string }> = {
  worktree: {
    label: "A git worktree",
    folder: "A directory of its own on a new branch. Your working copy stays as it is.",
    url: "Cloned once, with a directory of its own on a new branch.",
  },
  copy: {
    label: "A copy",
    folder: "A separate copy of the folder, without what tools can make again.",
    url: "A clone of its own.",
  },
  "in-place": {
    label: "The folder itself",
    folder: "Agents change your files directly. Deleting the workspace never removes the folder.",
    url: "Not possible for an address.",
  },
};

export function modeChoices({ kind, modes, unavailable }: Inspection): Choice<WorkspaceMode>[] {
  return (Object.keys(modeWords) as WorkspaceMode[]).map((value) => ({
    value,
    label: modeWords[value].label,
    detail: modeWords[value][kind],
    unavailable: modes.includes(value)
      ? undefined
      : sentence(unavailable.find(({ mode }) => mode === value)?.reason ?? "Not possible here"),
  }));
}
