/** What a person sees first: which agents are here, what isolation means now, and how to begin. Skippable at any point. */
import { useState } from "react";
import { shortcuts } from "#shared/commands/shortcuts.ts";
import { problemFrom, useConnection } from "../connection/index.ts";
import { useBackends } from "../launches/use-isolations.ts";
import { isShell, sortPrograms, usePrograms } from "../launches/use-programs.ts";
import { Where } from "../launches/where.tsx";
import { useSettings } from "../live/index.ts";
import { Button, Dialog, Keys, ProblemNote, Sign } from "../ui/index.ts";
import { useActions } from "./actions.ts";
import { shortcutLabel } from "./commands.ts";
import { openNewWorkspace, useUi } from "./open.ts";

const pages = [
  { title: "Agent programs", Page: Agents },
  { title: "Where they run", Page: Isolation },
  { title: "Begin", Page: Begin },
] as const;

export default function FirstRun() {
  const actions = useActions();
  const { firstRunDone } = useSettings();
  const [at, setAt] = useState(0);
  const { title, Page } = pages[at] ?? pages[0];
  const last = at === pages.length - 1;
  const close = () => {
    useUi.setState({ firstRunOpen: false });
    if (!firstRunDone) actions.changeSettings({ firstRunDone: true });
  };
  return (
    <Dialog open stays width={560} title={`Welcome to Cellar: ${title.toLowerCase()}`} onClose={close}>
      <div className="min-h-56">
        <Page />
      </div>
      <div className="mt-4 flex items-center gap-2 border-line border-t pt-4">
        <span className="tabular text-muted text-sm">
          {at + 1} of {pages.length}
        </span>
        <span className="flex-1" />
        <Button look="quiet" onClick={close}>
          Skip
        </Button>
        {at > 0 && <Button onClick={() => setAt(at - 1)}>Back</Button>}
        {last ? (
          <Button
            look="primary"
            onClick={() => {
              close();
              openNewWorkspace();
            }}
          >
            New workspace
          </Button>
        ) : (
          <Button look="primary" data-first-focus onClick={() => setAt(at + 1)}>
            Next
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function Agents() {
  const list = usePrograms();
  if (list.isPending) return <p className="text-muted">Looking for agent programs on your PATH…</p>;
  if (list.isError) return <ProblemNote problem={problemFrom(list.error)} />;
  const { usable, missing } = sortPrograms(list.data.programs);
  const agents = usable.filter((program) => !isShell(program));
  return (
    <div className="flex flex-col gap-3">
      <p>
        {agents.length > 0
          ? "Found on this computer, with the PATH of your login shell:"
          : "No agent program was found on the PATH of your login shell. A plain shell always works."}
      </p>
      {agents.length > 0 && (
        <ul className="grid grid-cols-2 gap-x-4">
          {agents.map(({ id, name, found }) => (
            <li key={id} className="flex h-7 items-center gap-2">
              <Sign state="done-unseen" />
              <span className="truncate">{name}</span>
              <span className="truncate text-faint text-sm">{found?.version}</span>
            </li>
          ))}
        </ul>
      )}
      {missing.length > 0 && (
        <p className="text-muted">
          {missing.map(({ name }) => name).join(", ")} can be installed; the launch form shows how.
        </p>
      )}
    </div>
  );
}

function Isolation() {
  const backends = useBackends();
  return (
    <div className="flex flex-col gap-3">
      <Where />
      {backends.data && (
        <ul className="flex flex-col gap-1">
          {backends.data.map(({ name, available, summary, reason }) => (
            <li key={name} className="flex items-start gap-2">
              <Sign state={available ? "isolated" : "not-isolated"} className="mt-[3px]" />
              <span>
                {name}: <span className="text-muted">{available ? summary : reason}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
      <p className="text-muted">
        In a bottle a program sees its workspace and reaches what you allow. A worktree or a copy keeps your own working
        directory as it is, but alone it is no barrier.
      </p>
      <p className="text-muted">
        Every terminal lives in its own process and goes on when this window is closed or Cellar is stopped.
      </p>
    </div>
  );
}

function Begin() {
  const { face } = useConnection();
  return (
    <div className="flex flex-col gap-3">
      <p>
        Drop a repository on the window and press Enter. It becomes a workspace, and the agent you used last starts in
        it.
      </p>
      {face === "browser" && (
        <p className="text-muted">
          A browser may not tell where a dropped folder is. It is then uploaded; to work on a folder where it is, paste
          its path.
        </p>
      )}
      <p className="flex items-center gap-2 text-muted">
        Everything else is in the command palette: <Keys>{shortcutLabel(shortcuts.palette)}</Keys>
      </p>
    </div>
  );
}
