/** A unified diff as rows to show: hunks with both line numbers, and what is not text said in words. Pure. */

export type DiffRow =
  | { kind: "file"; text: string }
  | { kind: "hunk"; text: string }
  | { kind: "context" | "added" | "removed"; before: number | null; after: number | null; text: string }
  | { kind: "note"; text: string };

const hunkHead = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;

/** Reads git's patch text. Lines outside hunks other than file heads are left out: they say nothing that the head does not. */
export function diffRows(patch: string): DiffRow[] {
  const rows: DiffRow[] = [];
  let before = 0;
  let after = 0;
  let beforeLeft = 0;
  let afterLeft = 0;
  const lines = patch.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) {
    // Inside a hunk its own counts say where it ends, so that a removed line that looks like a head ("--- a") is still a line.
    if (beforeLeft > 0 || afterLeft > 0) {
      const sign = line[0] ?? " ";
      const text = line.slice(1);
      if (sign === "+") {
        rows.push({ kind: "added", before: null, after, text });
        after += 1;
        afterLeft -= 1;
        continue;
      }
      if (sign === "-") {
        rows.push({ kind: "removed", before, after: null, text });
        before += 1;
        beforeLeft -= 1;
        continue;
      }
      if (sign === " " || line === "") {
        rows.push({ kind: "context", before, after, text });
        before += 1;
        after += 1;
        beforeLeft -= 1;
        afterLeft -= 1;
        continue;
      }
    }
    const hunk = hunkHead.exec(line);
    if (hunk) {
      before = Number(hunk[1]);
      beforeLeft = Number(hunk[2] ?? 1);
      after = Number(hunk[3]);
      afterLeft = Number(hunk[4] ?? 1);
      rows.push({ kind: "hunk", text: hunk[5] ?? "" });
    } else if (line.startsWith("diff --git ")) {
      rows.push({ kind: "file", text: line.slice("diff --git ".length) });
    } else if (line.startsWith("\\")) {
      rows.push({ kind: "note", text: "No newline at the end of the file" });
    } else if (line.startsWith("Binary files")) {
      rows.push({ kind: "note", text: "Binary file" });
    } else if (/^(old mode|new mode|rename from|rename to|similarity index)/.test(line)) {
      rows.push({ kind: "note", text: line });
    }
  }
  return rows;
}
