/** The comments of a contract's source file, by the export and the field they stand above. Prettier than repeating them in the schemas. */

export type SourceComments = {
  /** What the file says about itself. */
  readonly module: string;
  /** Comment above `export const <name>`. */
  of(name: string): string | null;
  /** Comment above a field or procedure within that export. */
  within(name: string, field: string): string | null;
};

export function sourceComments(source: string): SourceComments {
  const exported = new Map<string, { comment: string | null; body: string }>();
  for (const match of source.matchAll(
    /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export const (\w+) =([\s\S]*?);\n(?=\S|\n|$)/g,
  )) {
    exported.set(match[2]!, { comment: match[1] === undefined ? null : textOf(match[1]), body: match[3]! });
  }
  return {
    module: textOf(/^\/\*\*[\s\S]*?\*\//.exec(source)?.[0] ?? ""),
    of: (name) => exported.get(name)?.comment ?? null,
    within: (name, field) => {
      const above = new RegExp(`(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/)\\s*"?${field}"?:`).exec(
        exported.get(name)?.body ?? "",
      );
      return above === null ? null : textOf(above[1]!);
    },
  };
}

function textOf(comment: string): string {
  return comment
    .replace(/^\/\*\*/, "")
    .replace(/\*\/\s*$/, "")
    .replace(/^\s*\* ?/gm, "")
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .replace(/\s+/g, " ")
    .trim();
}
