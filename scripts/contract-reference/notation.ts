/** A zod schema in a notation like TypeScript's, with its limits beside it; schemas that have a name are referred to by it. */
import { getEventIteratorSchemaDetails } from "@orpc/contract";
import { z } from "zod";

export type Names = ReadonlyMap<unknown, string>;
/** Comment of the field `name` in the schema that is being written. */
export type FieldComments = (name: string) => string | null;

const noComments: FieldComments = () => null;

/** `top`: the schema is being defined, so its own name is not used for it. */
export function notation(
  schema: unknown,
  names: Names,
  { top = false, comments = noComments, indent = "" } = {},
): string {
  const streamed = getEventIteratorSchemaDetails(schema as never);
  if (streamed !== undefined) return `stream of ${notation(streamed.yields, names, { indent })}`;
  const name = names.get(schema);
  if (name !== undefined && !top) return name;
  const inner = (part: unknown) => notation(part, names, { comments, indent });
  if (schema instanceof z.ZodObject) return object(schema, names, comments, indent);
  if (schema instanceof z.ZodDefault) return `${inner(schema.unwrap())} = ${JSON.stringify(schema.def.defaultValue)}`;
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) return inner(schema.unwrap());
  if (schema instanceof z.ZodNullable) return `${inner(schema.unwrap())} | null`;
  if (schema instanceof z.ZodArray) return `${bracketed(inner(schema.element))}[]`;
  if (schema instanceof z.ZodRecord) return `{ [${inner(schema.keyType)}]: ${inner(schema.valueType)} }`;
  if (schema instanceof z.ZodUnion) return schema.options.map(inner).join(`\n${indent}| `);
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => JSON.stringify(option)).join(" | ");
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((value) => JSON.stringify(value)).join(" | ");
  if (schema instanceof z.ZodISODateTime) return "string (ISO 8601)";
  if (schema instanceof z.ZodString) return `string${stringLimits(schema)}`;
  if (schema instanceof z.ZodNumber)
    return `${schema.format === "safeint" ? "integer" : "number"}${numberLimits(schema)}`;
  if (schema instanceof z.ZodBoolean) return "boolean";
  throw new Error(`there is no notation for ${(schema as z.ZodType).def.type}`);
}

function object(schema: z.ZodObject, names: Names, comments: FieldComments, indent: string): string {
  const entries = Object.entries(schema.shape) as [string, z.ZodType][];
  if (entries.length === 0) return "{}";
  const deeper = `${indent}  `;
  const lines = entries.flatMap(([key, value]) => {
    const comment = comments(key);
    const optional = value instanceof z.ZodOptional ? "?" : "";
    const written = `${deeper}${/^\w+$/.test(key) ? key : JSON.stringify(key)}${optional}: ${notation(value, names, { comments, indent: deeper })}`;
    return comment === null ? [written] : [`${deeper}// ${comment}`, written];
  });
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function stringLimits(schema: z.ZodString): string {
  const { minLength, maxLength } = schema;
  const patterns = (schema.def.checks ?? [])
    .map((check) => (check._zod.def as { pattern?: RegExp }).pattern)
    .filter((pattern) => pattern !== undefined);
  const length = maxLength === null ? minLength && `≥ ${minLength}` : `${minLength ?? 0}–${maxLength}`;
  return limits([length ? `${length} characters` : null, ...patterns.map(String)]);
}

function numberLimits({ minValue, maxValue }: z.ZodNumber): string {
  const bounded = (value: number | null) => value !== null && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  if (bounded(minValue) && bounded(maxValue)) return limits([`${minValue}–${maxValue}`]);
  return limits([bounded(minValue) ? `≥ ${minValue}` : bounded(maxValue) ? `≤ ${maxValue}` : null]);
}

function limits(parts: (string | null)[]): string {
  const said = parts.filter((part) => part !== null);
  return said.length === 0 ? "" : ` (${said.join(", ")})`;
}

function bracketed(text: string): string {
  return /[|=]/.test(text) && !text.startsWith("{") ? `(${text})` : text;
}
