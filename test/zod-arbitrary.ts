/** Values that a zod schema accepts, made by fast-check from the schema itself; and values it does not, made from those. */
import fc from "fast-check";
import { z } from "zod";

/** Accepted values. Every value is checked against the schema once more, because a refinement says more than its definition. */
export function accepted(schema: z.ZodType): fc.Arbitrary<unknown> {
  return shape(schema).filter(patiently((value) => schema.safeParse(value).success));
}

/** Values that are not accepted: another type, a key too many or too few, a part that is wrong, too long or out of bounds. */
export function refused(schema: z.ZodType): fc.Arbitrary<unknown> {
  return fc.oneof(otherType, spoilt(schema)).filter(patiently((value) => !schema.safeParse(value).success));
}

/** Throws instead of looking for ever for a value that is never drawn. */
function patiently(wanted: (value: unknown) => boolean): (value: unknown) => boolean {
  let missed = 0;
  return (value) => {
    if (wanted(value)) {
      missed = 0;
      return true;
    }
    missed += 1;
    if (missed > 1_000) throw new Error("no value of the wanted kind is drawn");
    return false;
  };
}

/** What a caller that means harm would write into any text. */
export const tricks = [
  "../../../../etc/passwd",
  "..\\..\\windows\\system32",
  "/etc/passwd\0.txt",
  "file:///etc/passwd",
  "%2e%2e%2f%2e%2e%2f",
  "~root",
  "$(touch cellar-was-here)",
  "`touch cellar-was-here`",
  "; touch cellar-was-here #",
  "--upload-pack=touch cellar-was-here",
  "ext::sh -c 'touch cellar-was-here'",
  "\u202etxt.exe",
  "\ud800",
  "' OR 1=1 --",
  "__proto__",
  "constructor",
];

const otherType: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, "", "text", [], [{}], [[]]),
  fc.constantFrom(...tricks),
  fc.jsonValue().filter((value) => !JSON.stringify(value).includes("__proto__")),
  fc.date({ noInvalidDate: true }),
  fc.bigInt(),
);

function spoilt(schema: z.ZodType): fc.Arbitrary<unknown> {
  const object = objectIn(schema);
  if (object === null) return otherType;
  const good = shape(object) as fc.Arbitrary<Record<string, unknown>>;
  const keys = Object.keys(object.shape);
  const extra = fc.tuple(good, extraKey, otherType).map(([value, key, more]) => ({ ...value, [key]: more }));
  if (keys.length === 0) return extra;
  const key = fc.constantFrom(...keys);
  return fc.oneof(
    extra,
    fc.tuple(good, key).map(([value, left]) => {
      const { [left]: _, ...rest } = value;
      return rest;
    }),
    fc.tuple(good, key, fc.oneof(otherType, huge)).map(([value, at, wrong]) => ({ ...value, [at]: wrong })),
    fc
      .tuple(good, key)
      .chain(([value, at]) => spoilt(object.shape[at] as z.ZodType).map((wrong) => ({ ...value, [at]: wrong }))),
  );
}

/** Without `__proto__`: a client cannot even send it, because it is no key to JavaScript. */
const extraKey = fc
  .oneof(fc.constantFrom("extra", "constructor", "toString", "hasOwnProperty", "Id"), fc.string())
  .filter((key) => key !== "__proto__");

/** Long enough for most limits, short enough for most budgets; what is over the budget has a test of its own. */
const huge = fc.constantFrom(100, 5_000, 510_000).map((length) => "a".repeat(length));

function objectIn(schema: z.ZodType): z.ZodObject | null {
  if (schema instanceof z.ZodObject) return schema;
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return objectIn(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodDiscriminatedUnion) return objectIn(schema.options[0] as z.ZodType);
  return null;
}

function shape(schema: z.ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodObject) return objectShape(schema);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return shape(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodNullable) return fc.option(shape(schema.unwrap() as z.ZodType));
  if (schema instanceof z.ZodString) return text(schema);
  if (schema instanceof z.ZodISODateTime) return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (schema instanceof z.ZodNumber) return number(schema);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodArray) {
    return fc.array(accepted(schema.element as z.ZodType), { minLength: 1, maxLength: 3 });
  }
  if (schema instanceof z.ZodRecord) {
    return fc.dictionary(
      accepted(schema.keyType as z.ZodType) as fc.Arbitrary<string>,
      accepted(schema.valueType as z.ZodType),
      {
        maxKeys: 3,
      },
    );
  }
  if (schema instanceof z.ZodUnion || schema instanceof z.ZodDiscriminatedUnion) {
    return fc.oneof(...schema.options.map((option) => shape(option as z.ZodType)));
  }
  throw new Error(`no values can be made for ${schema.def.type}`);
}

function objectShape(schema: z.ZodObject): fc.Arbitrary<unknown> {
  const entries = Object.entries(schema.shape) as [string, z.ZodType][];
  const requiredKeys = entries.filter(([, value]) => !value.safeParse(undefined).success).map(([key]) => key);
  return fc.record(Object.fromEntries(entries.map(([key, value]) => [key, accepted(value)])), { requiredKeys });
}

function text(schema: z.ZodString): fc.Arbitrary<string> {
  const pattern = (schema.def.checks ?? [])
    .map((check) => check._zod.def as { pattern?: RegExp })
    .find((check) => check.pattern !== undefined)?.pattern;
  // fast-check draws no lookaheads; what they would have left out, the schema itself refuses afterwards.
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern.source.replace(/\(\?[=!][^)]*\)/g, "")));
  const minLength = schema.minLength ?? 0;
  const drawn = fc.string({ minLength, maxLength: Math.min(schema.maxLength ?? 50, minLength + 50) });
  // Most texts are free; a path has to be absolute.
  return fc.oneof(
    drawn,
    drawn.map((rest) => `/cellar-test-nowhere/${rest.replaceAll("\0", "")}`),
  );
}

function number(schema: z.ZodNumber): fc.Arbitrary<number> {
  const min = Math.max(schema.minValue ?? 0, 0);
  return fc.integer({ min, max: Math.min(schema.maxValue ?? min + 1000, min + 1000) });
}
