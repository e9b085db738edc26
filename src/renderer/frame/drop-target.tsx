/**
 * The whole window takes what is dropped, except where a terminal takes it as text: a folder becomes a workspace. A workspace's own window shows no
 * other, so it asks by where it is dropped: into this workspace, or into a new one in the window that shows all.
 */
import { CopyPlus, FolderPlus } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { droppedPaths } from "../app/dropped-paths.ts";
import { openNewWorkspace } from "../app/open.ts";
import { type Connection, useConnection } from "../connection/index.ts";
import { ownWorkspace, useWorkspace } from "../live/index.ts";
import { notice, orNotice } from "../ui/index.ts";
import { dragConcernsUs, readDrop } from "./drop.ts";
import { openInWindow } from "./windows.ts";

/** `here`: into the workspace whose window this is. */
type Zone = "new" | "here";

/**
 * A terminal takes a dropped file as its path. Where the window is not told paths that would be an error, so a folder is ours there
 * wherever it falls. A form that takes files itself is marked `data-takes-files`.
 */
function ours(event: DragEvent, face: "electron" | "browser"): boolean {
  const types: readonly string[] = event.dataTransfer?.types ?? [];
  if (!dragConcernsUs(types)) return false;
  if (event.target instanceof Element && event.target.closest("[data-takes-files]")) return false;
  if (face === "browser" && types.includes("Files") && !types.includes("text/uri-list")) return true;
  return !(event.target instanceof Element && event.target.closest(".terminal-room"));
}

function zoneOf({ clientX }: DragEvent): Zone {
  return ownWorkspace !== null && clientX < window.innerWidth / 2 ? "here" : "new";
}

export function DropTarget() {
  const connection = useConnection();
  const [over, setOver] = useState<Zone | null>(null);
  useEffect(() => {
    const drag = (event: DragEvent) => {
      if (!event.dataTransfer || !ours(event, connection.face)) return setOver(null);
      // Without this the browser would leave the page for what is dropped.
      event.preventDefault();
      event.stopPropagation();
      event.dataTransfer.dropEffect = "copy";
      setOver(zoneOf(event));
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(null);
    };
    const drop = (event: DragEvent) => {
      setOver(null);
      const data = event.dataTransfer;
      if (!data || !ours(event, connection.face)) return;
      event.preventDefault();
      event.stopPropagation();
      if (ownWorkspace !== null && zoneOf(event) === "here") copyIn(data, connection, ownWorkspace);
      else makeWorkspaces(data, connection);
    };
    window.addEventListener("dragenter", drag, true);
    window.addEventListener("dragover", drag, true);
    window.addEventListener("dragleave", leave, true);
    window.addEventListener("drop", drop, true);
    return () => {
      window.removeEventListener("dragenter", drag, true);
      window.removeEventListener("dragover", drag, true);
      window.removeEventListener("dragleave", leave, true);
      window.removeEventListener("drop", drop, true);
    };
  }, [connection]);
  return over && <Zones over={over} />;
}

function makeWorkspaces(data: DataTransfer, connection: Connection): void {
  const { sources, refused } = readDrop(data, connection);
  if (refused) notice({ kind: "failed", text: refused });
  if (sources.length === 0) return;
  if (ownWorkspace === null) {
    openNewWorkspace(...sources);
    return;
  }
  const texts = sources.flatMap((source) => (source.kind === "contents" ? [] : [source.text]));
  if (texts.length === 0) {
    notice({
      kind: "failed",
      text: "A browser does not say where a dropped folder is, so it cannot be handed to another tab",
      hint: "Drop it on Cellar's main tab.",
    });
    return;
  }
  void offer(texts, connection);
}

async function offer(sources: string[], connection: Connection): Promise<void> {
  const offered = await orNotice(
    "Could not show it in another window",
    connection.client.app.offerWorkspaces({ sources }),
  );
  if (offered === undefined || connection.face === "electron") return;
  // A page may open a tab for a click, and not for a drop; it cannot bring another to the front.
  if (offered.shown) notice({ kind: "done", text: "The form for the new workspace is in Cellar's other tab" });
  else {
    notice({
      kind: "done",
      text: "The form for the new workspace waits for a window that shows all",
      action: { label: "Open it", run: () => openInWindow(connection, null) },
    });
  }
}

function copyIn(data: DataTransfer, connection: Connection, id: string): void {
  const { paths, problem } = droppedPaths(data, (file) => connection.pathOf(file));
  if (problem !== null) notice({ kind: "failed", text: problem });
  // Its progress is in the jobs below.
  for (const from of paths) void orNotice("Could not copy it", connection.client.workspaces.copyIn({ id, from }));
}

function Zones({ over }: { over: Zone }) {
  const own = useWorkspace(ownWorkspace);
  return (
    <div className="pointer-events-none fixed inset-2 z-[70] flex gap-2">
      {own && (
        <ZoneView active={over === "here"} icon={<CopyPlus size={16} aria-hidden />}>
          Drop to copy it into {own.name}
        </ZoneView>
      )}
      <ZoneView active={over === "new"} icon={<FolderPlus size={16} aria-hidden />}>
        {own ? "Drop to make another workspace of it" : "Drop to make a workspace"}
      </ZoneView>
    </div>
  );
}

function ZoneView({ active, icon, children }: { active: boolean; icon: ReactNode; children: ReactNode }) {
  return (
    <div
      className={`flex min-w-0 flex-1 items-center justify-center rounded-md border-2 border-dashed bg-backdrop p-4 ${active ? "border-accent" : "border-line"}`}
    >
      <p
        className={`flex items-center gap-2 rounded-md bg-raised px-4 py-2 font-medium shadow-raised ${active ? "" : "text-muted"}`}
      >
        <span className="shrink-0 text-accent">{icon}</span> {children}
      </p>
    </div>
  );
}
