/** What was asked and how it was answered, one JSON line each, beside the bottles' logs. It outlives the bottles, as what was allowed may do. */
import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type AuditEntry, auditEntry, type Proposal } from "#shared/contract/supervise.ts";

/** Then it is moved aside, in place of the one before. */
const largestBytes = 16 * 1024 * 1024;

export class AuditLog {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Throws when it cannot be written: nothing is allowed that leaves no trace. */
  note({ state, ...proposal }: Proposal): void {
    const entry: AuditEntry = {
      at: new Date().toISOString(),
      event: state === "pending" ? "asked" : state,
      proposal,
    };
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    if ((statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) > largestBytes) renameSync(this.path, this.#older);
    appendFileSync(this.path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  }

  /** The latest last. */
  async read(bottleId: string | undefined, lines: number): Promise<AuditEntry[]> {
    const texts = await Promise.all([this.#older, this.path].map((path) => readFile(path, "utf8").catch(() => "")));
    const entries = texts
      .flatMap((text) => text.split("\n"))
      .filter((line) => line !== "" && (bottleId === undefined || line.includes(bottleId)))
      .flatMap((line) => entryOf(line) ?? [])
      .filter(({ proposal }) => bottleId === undefined || proposal.bottleId === bottleId);
    return entries.slice(-lines);
  }

  get #older(): string {
    return `${this.path}.1`;
  }
}

/** Null for a line that was cut off, or is of a later Cellar. */
function entryOf(line: string): AuditEntry | null {
  try {
    return auditEntry.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
