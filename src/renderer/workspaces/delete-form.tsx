/** Deleting a workspace: what it would end and lose is named before the button can be pressed. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import type { DeletePlan, Workspace } from "#shared/contract/workspaces.ts";
import { useUi } from "../app/open.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { Button, counted, ProblemNote, Sign } from "../ui/index.ts";
import { Warnings } from "./found.tsx";

const close = () => useUi.setState({ deleting: null });

export function DeleteForm({ workspace }: { workspace: Workspace }) {
  const client = useClient();
  // A plan is what is approved: it is made when the form opens, and again when deleting was refused.
  const plan = useQuery({
    queryKey: ["delete-plan", workspace.id],
    queryFn: () => client.workspaces.planDelete({ id: workspace.id }),
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  return (
    <section
      aria-label={`Delete ${workspace.name}`}
      className="flex flex-col gap-3 rounded border border-line-field bg-field p-3"
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <h3>Delete {workspace.name}?</h3>
      {plan.isPending && <p className="text-muted">Looking at what it would end…</p>}
      {plan.isError && (
        <>
          <ProblemNote problem={problemFrom(plan.error)} />
          <Button className="self-start" onClick={close}>
            Close
          </Button>
        </>
      )}
      {plan.data && <Approve plan={plan.data} again={() => void plan.refetch()} />}
    </section>
  );
}

function Approve({ plan, again }: { plan: DeletePlan; again: () => void }) {
  const client = useClient();
  const [keepBranch, setKeepBranch] = useState(false);
  const [keepDirectory, setKeepDirectory] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const ownBranch = plan.branch !== null && plan.workspace.mode === "worktree";
  const removes = plan.directory === "removed" && !keepDirectory;

  const approve = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await client.workspaces.delete({ planId: plan.planId, keepBranch, keepDirectory });
      close();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      again();
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <ul className="flex flex-col gap-1">
        {plan.terminals.length > 0 && (
          <Loss grave>
            Ends {counted(plan.terminals.length, "running terminal")}:{" "}
            {plan.terminals.map(({ title }) => title).join(", ")}
          </Loss>
        )}
        {plan.uncommitted > 0 && removes && (
          <Loss grave>Loses uncommitted changes in {counted(plan.uncommitted, "file")}</Loss>
        )}
        {plan.unpushed > 0 && !keepBranch && removes && (
          <Loss grave>Loses {counted(plan.unpushed, "commit")} that no other branch and no remote has</Loss>
        )}
        <Loss>
          {removes ? "Removes" : "Keeps"} the folder{" "}
          <code className="break-all font-mono text-sm">{plan.workspace.path}</code>
        </Loss>
        {ownBranch && (
          <Loss>
            {keepBranch ? "Keeps" : "Removes"} the branch <code className="font-mono text-sm">{plan.branch}</code>
          </Loss>
        )}
      </ul>
      <Warnings warnings={plan.warnings} />
      {(ownBranch || plan.directory === "removed") && (
        <div className="flex flex-wrap gap-4">
          {ownBranch && (
            <Check checked={keepBranch} onChange={setKeepBranch}>
              Keep the branch
            </Check>
          )}
          {plan.directory === "removed" && (
            <Check checked={keepDirectory} onChange={setKeepDirectory}>
              Keep the folder
            </Check>
          )}
        </div>
      )}
      {problem && <ProblemNote problem={problem} />}
      <div className="flex gap-2">
        <Button look="danger" busy={busy} onClick={() => void approve()}>
          Delete {plan.workspace.name}
        </Button>
        <Button autoFocus onClick={close}>
          Keep it
        </Button>
      </div>
    </>
  );
}

function Loss({ grave, children }: { grave?: boolean; children: ReactNode }) {
  return (
    <li className="flex items-start gap-2">
      <Sign state={grave ? "permission" : "ready"} className="mt-[3px]" />
      <span className="min-w-0">{children}</span>
    </li>
  );
}

function Check({
  checked,
  onChange,
  children,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: string;
}) {
  const id = useId();
  return (
    <span className="flex h-6 items-center gap-1.5">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        className="accent-accent"
        onChange={(event) => onChange(event.target.checked)}
      />
      <label htmlFor={id}>{children}</label>
    </span>
  );
}
