/** What a job is called. Pure. */
import type { Job } from "../contract/jobs.ts";

const verbs: Record<string, string> = {
  "workspace.create": "Make workspace",
  "workspace.delete": "Delete workspace",
  "workspace.copy-in": "Copy",
};

/** What a job does and to what, as one line: "Make workspace api". */
export function jobTitle({ kind, title }: Pick<Job, "kind" | "title">): string {
  const verb = verbs[kind];
  return verb ? `${verb} ${title}` : title;
}
