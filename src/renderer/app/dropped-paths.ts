/** Where what was dropped lies on this computer. Electron knows; a browser only when the file manager says it beside (RFC 2483). */
export type DroppedPaths = { paths: string[]; problem: string | null };

type DropData = Pick<DataTransfer, "getData"> & { files: ArrayLike<File> };

export function droppedPaths(data: DropData, pathOf: (file: File) => string | null): DroppedPaths {
  const known = Array.from(data.files, (file) => pathOf(file)).filter((path) => path !== null);
  if (known.length > 0 && known.length === data.files.length) return { paths: known, problem: null };
  const named = data
    .getData("text/uri-list")
    .split(/\r?\n/)
    .flatMap((line) => pathOfUrl(line) ?? []);
  if (named.length > 0) return { paths: named, problem: null };
  const problem =
    data.files.length > 0
      ? "A browser does not say where a dropped file is"
      : "Drop a file or a folder of this computer";
  return { paths: [], problem };
}

function pathOfUrl(line: string): string | null {
  if (!line.startsWith("file:")) return null;
  try {
    return decodeURIComponent(new URL(line).pathname);
  } catch {
    // Not a URL, or one that is not UTF-8.
    return null;
  }
}

/** Its name, for the place it goes to. A trailing slash is no name. */
export function nameOf(path: string): string {
  return (
    path
      .replace(/[\\/]+$/, "")
      .split(/[\\/]/)
      .at(-1) ?? ""
  );
}

/** The folder it lies in. */
export function folderOf(path: string): string {
  return path.replace(/[\\/]+$/, "").replace(/[\\/][^\\/]*$/, "");
}
