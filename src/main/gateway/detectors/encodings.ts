/** A secret in every spelling in which it could leave: those in which an upstream may say it again, and what a sender chooses who wants to hide it. */
import { formsOf } from "../../broker/redaction/index.ts";

/** Byte strings, each at least six bytes long; none for a value so short that it occurs in anything by chance. */
export function encodingsOf(value: string): Buffer[] {
  const forms = formsOf(value);
  if (forms.length === 0) return [];
  const hex = Buffer.from(value, "utf8").toString("hex");
  const escaped = hex.toUpperCase().replace(/../g, "%$&");
  const more = [escaped, escaped.toLowerCase(), hex.replace(/..(?!$)/g, "$& "), hex.replace(/../g, "\\x$&")];
  return [...forms, ...more.map((text) => Buffer.from(text))].filter(({ length }) => length >= 6);
}
