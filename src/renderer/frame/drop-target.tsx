/** The whole window takes a dropped folder, except where a terminal takes it as text. */
import { FolderPlus } from "lucide-react";
import { useEffect, useState } from "react";
import { openNewWorkspace } from "../app/open.ts";
import { useConnection } from "../connection/index.ts";
import { notice } from "../ui/index.ts";
import { dragConcernsUs, readDrop } from "./drop.ts";

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

export function DropTarget() {
  const connection = useConnection();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const drag = (event: DragEvent) => {
      if (!event.dataTransfer || !ours(event, connection.face)) return setOver(false);
      // Without this the browser would leave the page for what is dropped.
      event.preventDefault();
      event.stopPropagation();
      event.dataTransfer.dropEffect = "copy";
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      const data = event.dataTransfer;
      if (!data || !ours(event, connection.face)) return;
      event.preventDefault();
      event.stopPropagation();
      const { sources, refused } = readDrop(data, connection);
      if (refused) notice({ kind: "failed", text: refused });
      if (sources.length > 0) openNewWorkspace(...sources);
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
  if (!over) return null;
  return (
    <div className="pointer-events-none fixed inset-2 z-[70] flex items-center justify-center rounded-md border-2 border-accent border-dashed bg-backdrop">
      <p className="flex items-center gap-2 rounded-md bg-raised px-4 py-2 font-medium shadow-raised">
        <FolderPlus size={16} aria-hidden className="text-accent" /> Drop to make a workspace
      </p>
    </div>
  );
}
