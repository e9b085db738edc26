/** Importing several secrets: the text is read once, its values wait here, and what is shown and chosen are names. */
import { randomBytes } from "node:crypto";
import { parse, TomlError } from "smol-toml";
import { Failure } from "#shared/failure.ts";
import { handleFrom, handleProblem } from "#shared/vault/handle.ts";
import { readEnvFile } from "./env-file.ts";

export type ReadRow = { name: string; handle: string; value: string; problem: string | null };
export type ReadText = {
  format: "env" | "toml";
  rows: ReadRow[];
  /** What was left out, as a sentence; empty when nothing was. */
  ignored: string;
};

const keptMs = 10 * 60 * 1000;
/** More previews at once than a person looks at; the oldest is forgotten. */
const keptPlans = 5;
const mostRows = 2_000;

/** Throws `invalid_input` without a word of what was read. */
export function readImport(text: string): ReadText {
  const read = looksLikeToml(text) ? readToml(text) : readEnv(text);
  if (read.rows.length > mostRows) throw new Failure("too_large", `at most ${mostRows} secrets are imported at once`);
  if (read.rows.length > 0) return read;
  throw new Failure("invalid_input", "there is no secret in that text", {
    hint: 'A .env file has lines like OPENAI_API_KEY=…; a secrets.toml has a table [secrets] with lines like openai = "…".',
  });
}

function looksLikeToml(text: string): boolean {
  return /^\s*\[[^\]=]+\]\s*(#.*)?$/m.test(text);
}

function readEnv(text: string): ReadText {
  const { assignments, ignored } = readEnvFile(text);
  const left =
    ignored.length === 0
      ? ""
      : `${ignored.length === 1 ? "A line was" : `${ignored.length} lines were`} not understood: ${listed(ignored)}.`;
  return { format: "env", rows: assignments.map(({ name, value }) => rowOf(name, value)), ignored: left };
}

function readToml(text: string): ReadText {
  let document: Record<string, unknown>;
  try {
    document = parse(text);
  } catch (thrown) {
    // Its message quotes the line, which may hold a secret.
    const place = thrown instanceof TomlError ? ` in line ${thrown.line}, column ${thrown.column}` : "";
    throw new Failure("invalid_input", `that is not TOML: the reader gave up${place}`);
  }
  const table = document["secrets"];
  if (typeof table !== "object" || table === null || Array.isArray(table)) {
    throw new Failure("invalid_input", "there is no table [secrets] in that text");
  }
  const others = Object.keys(document).length - 1;
  return {
    format: "toml",
    rows: Object.entries(table).map(([name, value]) => rowOf(name, value)),
    ignored: others === 0 ? "" : "Only the table [secrets] is read.",
  };
}

function rowOf(name: string, value: unknown): ReadRow {
  const text = typeof value === "string" ? value : "";
  const problem =
    typeof value !== "string" ? "not a text" : text.trim() === "" ? "refusing to store an empty value" : null;
  return { name, handle: handleFrom(name), value: text, problem };
}

function listed(lines: readonly number[]): string {
  const shown = lines.slice(0, 5).join(", ");
  return lines.length > 5 ? `${shown} and ${lines.length - 5} more` : shown;
}

/** Previews that wait to be imported. */
export class ImportPlans {
  readonly #plans = new Map<string, { rows: readonly ReadRow[]; timer: NodeJS.Timeout }>();

  /** What the text would store; no value is in it. Throws `invalid_input` for a text that cannot be read. */
  preview(text: string, exists: (handle: string) => boolean) {
    const { format, rows, ignored } = readImport(text);
    const named = rows.map(({ name, handle, problem }, row) => ({
      row,
      name,
      handle,
      exists: exists(handle),
      problem: problem ?? handleProblem(handle),
    }));
    return { planId: this.#add(rows), format, rows: named, ignored };
  }

  /** Throws `not_found` for one that was imported, left or forgotten. */
  rows(id: string): readonly ReadRow[] {
    const plan = this.#plans.get(id);
    if (plan) return plan.rows;
    throw new Failure("not_found", "that preview is not there any more", { hint: "Read the file again." });
  }

  /** Throws as {@link rows}. */
  discard(id: string): void {
    this.rows(id);
    this.remove(id);
  }

  remove(id: string): void {
    clearTimeout(this.#plans.get(id)?.timer);
    this.#plans.delete(id);
  }

  clear(): void {
    for (const id of this.#plans.keys()) this.remove(id);
  }

  #add(rows: readonly ReadRow[]): string {
    const id = `plan-${randomBytes(16).toString("hex")}`;
    for (const oldest of [...this.#plans.keys()].slice(0, Math.max(0, this.#plans.size - keptPlans + 1))) {
      this.remove(oldest);
    }
    this.#plans.set(id, { rows, timer: setTimeout(() => this.#plans.delete(id), keptMs).unref() });
    return id;
  }
}
