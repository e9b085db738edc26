/** What was found at a source, as facts in one block: git or not, branch, changes, size, and what is worth knowing. */
import type { ReactNode } from "react";
import type { Inspection } from "#shared/contract/workspaces.ts";
import { bytes, counted, Sign, sentence } from "../ui/index.ts";
import type { FolderCount } from "./contents.ts";

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

function Facts({ children }: { children: ReactNode }) {
  return (
    <dl aria-label="What was found" className="grid grid-cols-[72px_1fr] gap-x-3 gap-y-1 border-line border-l-2 pl-3">
      {children}
    </dl>
  );
}

export function Found({ inspection }: { inspection: Inspection }) {
  const { git, size, kind, location, warnings } = inspection;
  return (
    <div className="flex flex-col gap-2">
      <Facts>
        <Fact name={kind === "url" ? "Clone of" : "Folder"}>
          <code className="select-text break-all font-mono text-sm">{location}</code>
        </Fact>
        {kind === "folder" && <Fact name="Git">{git ? <GitFacts git={git} /> : "Not a git repository"}</Fact>}
        {git && (
          <Fact name="Changes">
            {git.dirtyFiles === 0 ? "None uncommitted" : `${counted(git.dirtyFiles, "file")} with uncommitted changes`}
          </Fact>
        )}
        {kind === "folder" && (
          <Fact name="Size">
            {size ? `${bytes(size.bytes)} in ${counted(size.files, "file")}` : "Not counted: too large"}
          </Fact>
        )}
      </Facts>
      <Warnings warnings={warnings} />
    </div>
  );
}

function GitFacts({ git }: { git: NonNullable<Inspection["git"]> }) {
  const parts = [
    git.branch ? (
      <code key="b" className="font-mono text-sm">
        {git.branch}
      </code>
    ) : git.detached ? (
      `detached at ${git.head?.slice(0, 10)}`
    ) : (
      "no branch"
    ),
    git.subfolder && `folder ${git.subfolder} of ${git.top}`,
    !git.commits && "no commits yet",
    git.bare && "bare",
    git.submodules && "with submodules",
  ].filter(Boolean);
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a fixed order of optional parts
    <span key={index}>
      {index > 0 && ", "}
      {part}
    </span>
  ));
}

export function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1">
      {warnings.map((warning) => (
        <li key={warning} className="flex items-start gap-2 text-warning">
          <Sign state="permission" className="mt-[3px]" />
          <span className="min-w-0 break-words">{sentence(warning)}</span>
        </li>
      ))}
    </ul>
  );
}

export function FoundContents({ name, count, reading }: { name: string; count: FolderCount | null; reading: number }) {
  return (
    <Facts>
      <Fact name="Folder">
        {name} <span className="text-muted">(dropped, will be uploaded)</span>
      </Fact>
      {count === null ? (
        <Fact name="Reading">{counted(reading, "file")} so far</Fact>
      ) : (
        <>
          <Fact name="Git">{count.git ? "A git repository" : "Not a git repository"}</Fact>
          <Fact name="Size">
            {bytes(count.bytes)} in {counted(count.files.length, "file")}
          </Fact>
        </>
      )}
    </Facts>
  );
}
