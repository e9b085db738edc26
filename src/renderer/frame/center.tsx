/** The middle of the window: the dock, and what stands there while nothing is open. */
import { Suspense } from "react";
import { shortcuts } from "#shared/commands/shortcuts.ts";
import { shortcutLabel } from "../app/commands.ts";
import { openLaunch, openNewWorkspace, openPalette } from "../app/open.ts";
import { useConnection } from "../connection/index.ts";
import { ownWorkspace, useTerminalSummaries, useWorkspaces } from "../live/index.ts";
import { Dock } from "../terminals/index.ts";
import { Button, Empty, Keys } from "../ui/index.ts";
import { useCurrentWorkspace } from "./window-commands.ts";

export function Center() {
  const { status, byId } = useWorkspaces();
  if (ownWorkspace !== null && status === "live" && !byId.has(ownWorkspace)) return <WorkspaceGone />;
  return (
    <Suspense>
      <Dock Empty={NothingOpen} />
    </Suspense>
  );
}

/** In a workspace's own window, after it was deleted. */
function WorkspaceGone() {
  const { face } = useConnection();
  return (
    <Empty
      action={
        face === "electron" ? (
          <Button onClick={() => window.close()}>Close this window</Button>
        ) : (
          <Button onClick={() => location.assign(`/${location.hash}`)}>Show all workspaces</Button>
        )
      }
    >
      The workspace of this window was deleted.
    </Empty>
  );
}

function NothingOpen() {
  const workspaces = useWorkspaces();
  const terminals = useTerminalSummaries();
  const current = useCurrentWorkspace();
  if (workspaces.status === "loading") return null;
  const first = workspaces.items.length === 0 && terminals.length === 0;
  return (
    <div className="flex h-full flex-col items-center justify-center gap-4 p-6 text-center">
      <p className="max-w-md text-muted">
        {first
          ? "Drop a repository anywhere on this window. An agent gets a working copy of its own, so that yours stays as it is."
          : "Choose a terminal on the left, or start something new."}
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        {first ? (
          <Button look="primary" onClick={() => openNewWorkspace()}>
            New workspace
          </Button>
        ) : (
          <Button look="primary" onClick={() => openLaunch(current?.id)}>
            {current ? `Launch in ${current.name}` : "Launch an agent program"}
          </Button>
        )}
      </div>
      <dl className="mt-2 grid grid-cols-[auto_auto] gap-x-4 gap-y-1.5 text-left text-muted text-sm">
        <Hint keys={shortcutLabel(shortcuts.palette)} run={() => openPalette()}>
          Search or run a command
        </Hint>
        <Hint keys={shortcutLabel(shortcuts.newWorkspace)} run={() => openNewWorkspace()}>
          New workspace
        </Hint>
        <Hint keys={shortcutLabel(shortcuts.launch)} run={() => openLaunch(current?.id)}>
          Launch an agent program
        </Hint>
      </dl>
    </div>
  );
}

function Hint({ keys, run, children }: { keys: string; run: () => void; children: string }) {
  return (
    <>
      <dt>
        <button type="button" className="rounded hover:text-text hover:underline" onClick={run}>
          {children}
        </button>
      </dt>
      <dd className="text-right">
        <Keys>{keys}</Keys>
      </dd>
    </>
  );
}
