/** Where in its workspace the program starts: typed, or a folder dropped on the field. */
import { type DragEvent, useState } from "react";
import { droppedPaths } from "../app/dropped-paths.ts";
import { useConnection } from "../connection/index.ts";
import { useWorkspace } from "../live/index.ts";
import { TextField } from "../ui/index.ts";
import { folderInWorkspace } from "./folder-in-workspace.ts";

export type WorkingFolderProps = { workspaceId: string; value: string; onChange: (folder: string) => void };

export function WorkingFolder({ workspaceId, value, onChange }: WorkingFolderProps) {
  const connection = useConnection();
  const workspace = useWorkspace(workspaceId);
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  if (!workspace) return null;
  const take = (found: ReturnType<typeof folderInWorkspace>) => {
    setProblem(found.problem);
    if (found.folder !== null) onChange(found.folder);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry());
    const file = entries.find((entry) => entry?.isFile);
    const { paths, problem: unread } = droppedPaths(event.dataTransfer, (each) => connection.pathOf(each));
    if (file) setProblem(`${file.name} is a file: drop the folder it is in`);
    else if (unread !== null) setProblem(`${unread}: type it, from ${workspace.name} on`);
    else if (paths.length > 1) setProblem("A program starts in one folder: drop one");
    else take(folderInWorkspace(paths[0] ?? "", workspace));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a place to drop on; the same can be typed
    <div
      data-takes-files
      className={over ? "rounded outline-2 outline-accent outline-dashed outline-offset-4" : ""}
      onDragOver={(event) => {
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={drop}
    >
      <TextField
        label="Working folder"
        code
        value={value}
        placeholder={workspace.path}
        help="In the workspace. Type it, or drop it here."
        error={problem}
        onChange={(event) => {
          setProblem(null);
          onChange(event.target.value);
        }}
        onBlur={() => take(folderInWorkspace(value, workspace))}
      />
    </div>
  );
}
