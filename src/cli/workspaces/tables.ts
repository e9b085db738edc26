/** Workspaces, their commits and their changed files as text. */
import type { ChangedFile, Workspace, WorkspaceDetails } from "#shared/contract/workspaces.ts";
import { workspaceStatus } from "#shared/states.ts";
import { ago, bytes, counted } from "#shared/time.ts";
import { type Cell, colored, cut, type Look, oneLine, statusCell, table } from "../table.ts";

export function workspaceTable(all: readonly Workspace[], look: Look): string[] {
  return table(
    [
      { title: "STATE", flexible: true },
      { title: "NAME" },
      { title: "MODE" },
      { title: "BRANCH", flexible: true },
      { title: "FOLDER", flexible: true },
      { title: "ID" },
    ],
    all.map((each): Cell[] => [
      statusCell(workspaceStatus(each)),
      each.name,
      each.mode,
      each.branch ?? "",
      each.path,
      { text: each.id, tone: "muted" },
    ]),
    look,
  );
}

/** `details` is null when there is nothing to look at: it is not ready. */
export function workspaceText(
  workspace: Workspace,
  details: WorkspaceDetails | null,
  terminals: number,
  look: Look,
): string {
  const status = workspaceStatus(workspace);
  const facts: [string, string][] = [
    ["Name", `${workspace.name} (${workspace.id})`],
    ["State", String(statusText(status))],
    ["Folder", workspace.path],
    ["Made from", `${workspace.source.location}, ${workspace.mode}`],
    ["Made", ago(workspace.createdAt, Date.now())],
  ];
  if (details !== null) {
    const { upstream, size } = details;
    if (details.branch !== null || details.head !== null) {
      facts.push(["Branch", details.branch ?? `none, at ${details.head?.slice(0, 12) ?? "no commit"}`]);
      if (upstream !== null)
        facts.push(["Upstream", `${upstream.name}, ${upstream.ahead} ahead, ${upstream.behind} behind`]);
      facts.push(["Commits", String(details.commits.length)]);
      facts.push(["Changed", counted(details.changedTotal, "file")]);
    }
    if (size !== null) facts.push(["Size", `${bytes(size.bytes)} in ${counted(size.files, "file")}`]);
  }
  facts.push(["Terminals", String(terminals)]);
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts
    .map(
      ([name, value]) =>
        `${colored(name.padEnd(width), "muted", look)}  ${cut(oneLine(value), look.width - width - 2)}`,
    )
    .join("\n");
}

function statusText(status: Parameters<typeof statusCell>[0]): string {
  const cell = statusCell(status);
  return typeof cell === "string" ? cell : cell.text;
}

export function changesText(details: WorkspaceDetails, look: Look): string {
  const { commits, changed, changedTotal } = details;
  const lines: string[] = [];
  if (commits.length > 0) {
    lines.push(
      ...table(
        [{ title: "COMMIT" }, { title: "SUBJECT", flexible: true }, { title: "BY", flexible: true }, { title: "TIME" }],
        commits.map(({ hash, subject, author, at }): Cell[] => [
          { text: hash.slice(0, 10), tone: "accent" },
          subject,
          author,
          ago(at, Date.now()),
        ]),
        look,
      ),
      "",
    );
  }
  if (changed.length === 0) lines.push("Nothing differs from where it started.");
  else {
    lines.push(
      ...table(
        [
          { title: "CHANGE" },
          { title: "+", right: true },
          { title: "-", right: true },
          { title: "FILE", flexible: true },
        ],
        changed.map((file): Cell[] => [
          file.status,
          { text: file.added === null ? "binary" : String(file.added), tone: "positive" },
          { text: file.removed === null ? "" : String(file.removed), tone: "negative" },
          nameOf(file),
        ]),
        look,
      ),
    );
    if (changedTotal > changed.length) lines.push(`and ${counted(changedTotal - changed.length, "more file")}`);
  }
  return lines.join("\n");
}

function nameOf({ path, previousPath }: ChangedFile): string {
  return previousPath === null ? path : `${previousPath} → ${path}`;
}
