/**
 * The catalogue: the entries that come with Cellar (one TOML file each) and the person's own file, in which a table named like a
 * built-in program replaces the keys it names. A mistake belongs to its entry and never hides another one.
 */
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse, TomlError } from "smol-toml";
import { programId } from "#shared/contract/base.ts";
import { type Mistake, type ProgramEntry, parseEntry } from "./entry.ts";
import { lineOf } from "./toml-lines.ts";

export type CatalogueProgram = {
  id: string;
  source: "builtin" | "own";
  /** Null when the entry has a mistake, which `problem` then says. */
  entry: ProgramEntry | null;
  problem: string | null;
  /** What to show for an entry with a mistake. */
  name: string;
};

export type Catalogue = {
  programs: CatalogueProgram[];
  /** Why the person's own file, or a part of it that belongs to no entry, could not be read. */
  problem: string | null;
};

/** Order in which built-in programs are shown; what is not named here follows by name, the shell is last. */
const order = ["claude", "codex", "gemini", "opencode", "copilot", "cursor", "amp", "goose", "aider", "qwen", "crush"];

const notRead = { programs: [], problem: "Cellar was started without your own agent programs." };

/** The built-in entries as they are written, and as they are understood. */
type Builtin = { raw: ReadonlyMap<string, Raw>; programs: readonly CatalogueProgram[] };

/** By folder: what comes with Cellar stays the same while it runs, and every launch asks. */
const builtins = new Map<string, Promise<Builtin>>();

/**
 * Reads both, the person's own file each time; without one, only what comes with Cellar. Throws when a built-in entry is broken: that is a defect of
 * Cellar.
 */
export async function readCatalogue(builtinFolder: string, ownFile: string | null): Promise<Catalogue> {
  const builtin = await (builtins.get(builtinFolder) ?? readBuiltin(builtinFolder));
  const own = ownFile === null ? notRead : await readOwn(ownFile, builtin.raw);
  const programs = new Map(builtin.programs.map((program) => [program.id, program]));
  for (const program of own.programs) programs.set(program.id, program);
  const rank = (id: string) => (id === "shell" ? order.length + 1 : (order.indexOf(id) + 1 || order.length + 1) - 1);
  return {
    programs: [...programs.values()].sort((a, b) => rank(a.id) - rank(b.id) || a.name.localeCompare(b.name)),
    problem: own.problem,
  };
}

type Raw = Record<string, unknown>;

function readBuiltin(folder: string): Promise<Builtin> {
  const reading = parseBuiltin(folder);
  builtins.set(folder, reading);
  reading.catch(() => builtins.delete(folder));
  return reading;
}

async function parseBuiltin(folder: string): Promise<Builtin> {
  const entries = new Map<string, Raw>();
  const programs: CatalogueProgram[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".toml")).sort()) {
    const { id, ...raw } = parse(await readFile(join(folder, file), "utf8"));
    if (id !== basename(file, ".toml")) throw new Error(`${file}: id must be "${basename(file, ".toml")}"`);
    const program = checked(id, "builtin", raw, null);
    if (program.entry === null) throw new Error(`${file}: ${program.problem}`);
    entries.set(id, raw);
    programs.push(program);
  }
  return { raw: entries, programs };
}

async function readOwn(file: string, builtin: ReadonlyMap<string, Raw>): Promise<Catalogue> {
  let source: string;
  try {
    source = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { programs: [], problem: null };
    return { programs: [], problem: `${file} could not be read: ${(error as Error).message}` };
  }
  let tables: Raw;
  try {
    tables = parse(source);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = error.message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
    return { programs: [], problem: `${file}, line ${error.line}, column ${error.column}: ${what}` };
  }
  const programs: CatalogueProgram[] = [];
  const stray: string[] = [];
  for (const [id, value] of Object.entries(tables)) {
    const at = `${file}, line ${lineOf(source, [id])}`;
    if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Date) {
      stray.push(`${at}: "${id}" is not in the table of an agent program; begin one with [its-id]`);
    } else if (!programId.safeParse(id).success) {
      stray.push(`${at}: "${id}" cannot be an id; use at most 40 lower-case letters, digits and hyphens`);
    } else {
      programs.push(checked(id, "own", { ...builtin.get(id), ...value }, { file, source }));
    }
  }
  return { programs, problem: stray.length === 0 ? null : stray.join("\n") };
}

function checked(
  id: string,
  source: "builtin" | "own",
  raw: Raw,
  from: { file: string; source: string } | null,
): CatalogueProgram {
  const result = parseEntry(raw);
  if ("entry" in result) return { id, source, entry: result.entry, problem: null, name: result.entry.name };
  const say = ({ path, message }: Mistake) => {
    const key = path
      .map((part) => (typeof part === "number" ? `[${part + 1}]` : part))
      .join(".")
      .replaceAll(".[", "[");
    return from === null
      ? `${key} ${message}`
      : `${from.file}, line ${lineOf(from.source, [id, ...path])}: ${key} ${message}`;
  };
  const name = typeof raw["name"] === "string" && raw["name"].trim() !== "" ? raw["name"].trim().slice(0, 60) : id;
  return { id, source, entry: null, problem: result.mistakes.map(say).join("\n"), name };
}
