/**
 * What a person sees first, on one page: which agents are here, where they run on this computer and what is missing for more, and the place to
 * drop the first folder. A drop anywhere ends it; it can be skipped, and opened again from the palette and the help.
 */
import { useQueryClient } from "@tanstack/react-query";
import { FolderOpen, FolderPlus, RefreshCw } from "lucide-react";
import { type ReactNode, useState } from "react";
import { withoutCommand } from "#shared/bottles/repair.ts";
import { shortcuts } from "#shared/commands/shortcuts.ts";
import type { BottleBackendView } from "#shared/contract/bottles.ts";
import { shortcutLabel } from "../app/commands.ts";
import { openNewWorkspace, useUi } from "../app/open.ts";
import { problemFrom, useClient, useConnection } from "../connection/index.ts";
import { MissingPrograms } from "../launches/program-list.tsx";
import { useBackends } from "../launches/use-isolations.ts";
import { isShell, sortPrograms, usePrograms } from "../launches/use-programs.ts";
import { Where } from "../launches/where.tsx";
import { Button, CopyButton, Dialog, Keys, orNotice, ProblemNote, Sign } from "../ui/index.ts";

export default function FirstRun() {
  const close = () => useUi.setState({ firstRunOpen: false });
  return (
    <Dialog open stays leadsOn width={880} title="Welcome to Cellar" onClose={close}>
      <Begin />
      <div className="mt-4 grid grid-cols-2 gap-x-8 gap-y-5 max-[820px]:grid-cols-1">
        <Agents />
        <Isolation />
      </div>
      <div className="-mx-4 -bottom-4 -mb-4 sticky mt-4 flex flex-wrap items-center gap-x-3 gap-y-2 border-line border-t bg-raised px-4 py-3 text-muted text-sm">
        <span className="min-w-0 flex-1">
          Terminals live in a process of their own and go on when this window is closed. Everything is in the command
          palette, this page too: <Keys>{shortcutLabel(shortcuts.palette)}</Keys>
        </span>
        <LookAgain />
        <Button look="quiet" onClick={close}>
          Skip
        </Button>
      </div>
    </Dialog>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex min-w-0 flex-col gap-2">
      <h3 className="border-line border-b pb-1 text-muted">{title}</h3>
      {children}
    </section>
  );
}

function Agents() {
  const list = usePrograms();
  return (
    <Part title="Agent programs">
      {list.isPending && <p className="text-muted">Looking for agent programs on your PATH…</p>}
      {list.isError && <ProblemNote problem={problemFrom(list.error)} />}
      {list.data && <FoundAgents programs={list.data.programs} />}
    </Part>
  );
}

function FoundAgents({ programs }: { programs: Parameters<typeof sortPrograms>[0] }) {
  const agents = sortPrograms(programs).usable.filter((program) => !isShell(program));
  return (
    <>
      {agents.length === 0 && (
        <p>None was found on the PATH of your login shell. A plain shell always works; install one of these:</p>
      )}
      <ul>
        {agents.map(({ id, name, found }) => (
          <li key={id} className="flex h-7 items-center gap-2">
            <Sign state="done-unseen" />
            <span className="truncate">{name}</span>
            <span className="tabular min-w-0 truncate text-faint text-sm" data-tip={found?.path}>
              {found?.version ?? found?.path}
            </span>
          </li>
        ))}
      </ul>
      <MissingPrograms key={String(agents.length === 0)} programs={programs} shown={agents.length === 0} />
    </>
  );
}

function Isolation() {
  const backends = useBackends();
  return (
    <Part title="Where they run">
      {backends.isPending && <p className="text-muted">Trying what works on this computer…</p>}
      {backends.isError && <ProblemNote problem={problemFrom(backends.error)} />}
      {backends.data && (
        <>
          <Where />
          <ul className="flex flex-col gap-2">
            {backends.data.map((backend) => (
              <Backend key={backend.name} backend={backend} />
            ))}
          </ul>
        </>
      )}
    </Part>
  );
}

function Backend({ backend: { name, available, summary, reason, repair } }: { backend: BottleBackendView }) {
  return (
    <li className="flex items-start gap-2">
      <Sign state={available ? "isolated" : "not-isolated"} className="mt-[3px]" />
      <div className="min-w-0 flex-1">
        <p className="break-words">
          {name}{" "}
          <span className={available ? "text-positive" : "text-faint"}>{available ? "works" : "does not work"}</span>
          <span className="text-muted">
            {": "}
            {available || reason === null ? summary : withoutCommand(reason, repair)}
          </span>
        </p>
        {repair && (
          <div className="mt-1 flex items-center gap-1">
            <code className="min-w-0 select-text break-all rounded bg-field px-1.5 py-0.5 font-mono text-sm">
              {repair}
            </code>
            <CopyButton text={repair} label={`Copy what makes ${name} work`} />
          </div>
        )}
      </div>
    </li>
  );
}

/** For somebody who has installed or repaired something meanwhile. */
function LookAgain() {
  const client = useClient();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const look = async () => {
    setBusy(true);
    const [programs, backends] = await Promise.all([
      orNotice("Could not look for agent programs", client.programs.list({ refresh: true })),
      orNotice("Could not try the isolations", client.bottles.backends({ refresh: true })),
    ]);
    if (programs) queries.setQueryData(["programs"], programs);
    if (backends) queries.setQueryData(["bottle-backends"], backends);
    setBusy(false);
  };
  return (
    <Button busy={busy} icon={<RefreshCw size={13} aria-hidden />} onClick={() => void look()}>
      Look again
    </Button>
  );
}

function Begin() {
  const client = useClient();
  const { face } = useConnection();
  const choose = async () => {
    const picked = await orNotice("Could not open the folder dialog", client.app.pickFolder({}));
    if (picked?.path) openNewWorkspace({ kind: "text", text: picked.path });
  };
  return (
    <section
      aria-label="Begin"
      className="flex flex-wrap items-center gap-3 rounded-md border border-line-field border-dashed bg-field px-4 py-4"
    >
      <FolderPlus size={20} aria-hidden className="shrink-0 text-accent" />
      <p className="min-w-0 flex-1">
        <span className="font-medium">Drop a repository anywhere on this window, then press Enter.</span>{" "}
        <span className="text-muted">
          An agent starts in a working copy of its own, and yours stays as it is.
          {face === "browser" &&
            " A browser that does not say where a folder is uploads it; a path or URL works on it where it is."}
        </span>
      </p>
      {face === "electron" && (
        <Button icon={<FolderOpen size={14} aria-hidden />} onClick={() => void choose()}>
          Choose a folder…
        </Button>
      )}
      <Button look="primary" data-first-focus onClick={() => openNewWorkspace()}>
        Enter a path or URL
      </Button>
    </section>
  );
}
