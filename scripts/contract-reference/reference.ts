/** `docs/contract.md` as text, from the contract itself and the comments in its source. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isContractProcedure } from "@orpc/contract";
import { z } from "zod";
import { installationFolder } from "#node/installation.ts";
import { errorCodes, type ProcedureMeta } from "#shared/contract/base.ts";
import { contract } from "#shared/contract/index.ts";
import { type SourceComments, sourceComments } from "./comments.ts";
import { notation } from "./notation.ts";

const folder = join(installationFolder, "src/shared/contract");
const domains = Object.keys(contract) as (keyof typeof contract)[];

type Source = { comments: SourceComments; exports: Record<string, unknown> };

export async function contractReference(): Promise<string> {
  const sources = await Promise.all(["base", ...domains].map(readSource));
  const names = new Map<unknown, string>();
  for (const { exports } of sources) {
    for (const [name, value] of Object.entries(exports)) if (value instanceof z.ZodType) names.set(value, name);
  }
  const [base, ...rest] = sources as [Source, ...Source[]];
  return [
    "# The contract",
    "",
    "Everything that can be asked of Cellar: by its window, by `cellar call <procedure> '<json>'`, and by scripts. Written by `npm run docs` from `src/shared/contract/`.",
    "",
    "Unknown keys are refused. A failed call says `{code, message, hint?, logPath?}`, where `code` is one of " +
      `${errorCodes.map((code) => `\`${code}\``).join(", ")}. A stream is printed by \`cellar call\` as JSON lines. An input has at most 1 MiB as JSON unless its procedure says more.`,
    "",
    "## What the parts share",
    "",
    ...types(base, names),
    ...rest.flatMap((source, index) => domain(domains[index]!, source, names)),
  ].join("\n");
}

/** Exports in the order of the file: what a reader of the source sees first, a reader of the reference sees first. */
async function readSource(domain: string): Promise<Source> {
  const file = join(folder, `${domain.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`);
  const text = readFileSync(file, "utf8");
  const exported = (await import(file)) as Record<string, unknown>;
  const place = (name: string) => text.indexOf(`export const ${name} `);
  const inOrder = Object.entries(exported).sort(([a], [b]) => place(a) - place(b));
  return { comments: sourceComments(text), exports: Object.fromEntries(inOrder) };
}

function domain(name: keyof typeof contract, source: Source, names: Map<unknown, string>): string[] {
  const exported = Object.entries(source.exports).find(([, value]) => value === contract[name])?.[0] ?? name;
  return [
    `## ${name}`,
    "",
    source.comments.module,
    "",
    ...Object.entries(contract[name]).flatMap(([procedure, definition]) => {
      if (!isContractProcedure(definition)) return [];
      const { inputSchema, outputSchema, meta } = definition["~orpc"];
      const { inputBytes } = meta as ProcedureMeta;
      const comment = source.comments.within(exported, procedure);
      return [
        `### ${name}.${procedure}`,
        "",
        ...(comment === null ? [] : [comment, ""]),
        ...(inputBytes === undefined ? [] : [`Input of at most ${inputBytes / 1024 / 1024} MiB.`, ""]),
        "```ts",
        `${notation(inputSchema, names)}\n→ ${notation(outputSchema, names)}`,
        "```",
        "",
      ];
    }),
    ...types(source, names),
  ];
}

function types({ exports, comments }: Source, names: Map<unknown, string>): string[] {
  return Object.entries(exports).flatMap(([name, schema]) => {
    if (!(schema instanceof z.ZodType)) return [];
    const comment = comments.of(name);
    const written = notation(schema, names, { top: true, comments: (field) => comments.within(name, field) });
    return [`**${name}**${comment === null ? "" : `: ${comment}`}`, "", "```ts", `${name} = ${written}`, "```", ""];
  });
}
