/** Something dropped on a terminal, as the text to insert: paths of files, quoted for its shell, or the text itself. */
import type { Connection } from "../connection/index.ts";
import { quotedPaths } from "./clipboard-text.ts";

export function droppedText(
  data: DataTransfer,
  { pathOf }: Pick<Connection, "pathOf">,
): { text: string; problem: string | null } {
  const platform = navigator.platform.startsWith("Win") ? "win32" : "posix";
  const paths = [...data.files].map((file) => pathOf(file));
  if (paths.length > 0) {
    const known = paths.filter((path) => path !== null);
    if (known.length === paths.length) return { text: quotedPaths(known, platform), problem: null };
    const named = fileUrls(data);
    if (named.length > 0) return { text: quotedPaths(named, platform), problem: null };
    return {
      text: "",
      problem: "A browser does not say where a dropped file is: its path cannot be inserted here",
    };
  }
  const named = fileUrls(data);
  return { text: named.length > 0 ? quotedPaths(named, platform) : data.getData("text/plain"), problem: null };
}

/** File managers that also name what they drop (RFC 2483). */
function fileUrls(data: DataTransfer): string[] {
  return data
    .getData("text/uri-list")
    .split(/\r?\n/)
    .filter((line) => line.startsWith("file:"))
    .map((line) => decodeURIComponent(new URL(line).pathname));
}
