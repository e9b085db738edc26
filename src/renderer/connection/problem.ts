/** Whatever a call threw, as the problem a person is shown. */
import { ORPCError } from "@orpc/client";
import type { ErrorDetail, Problem } from "#shared/contract/base.ts";
import { type ErrorCode, errorCodes } from "#shared/contract/error-codes.ts";
import { problemOf } from "#shared/failure.ts";

export function problemFrom(thrown: unknown): Problem {
  if (thrown instanceof ORPCError) {
    const detail = (thrown.data ?? {}) as ErrorDetail;
    const code = errorCodes.find((known) => known === thrown.code) ?? codeOfStatus(thrown.status);
    return {
      code,
      message: thrown.message,
      ...(typeof detail.hint === "string" ? { hint: detail.hint } : {}),
      ...(typeof detail.logPath === "string" ? { logPath: detail.logPath } : {}),
    };
  }
  if (thrown instanceof DOMException && thrown.name === "AbortError")
    return { code: "cancelled", message: "Cancelled" };
  return problemOf(thrown);
}

/** oRPC's own refusals (an input that does not fit the schema) carry its codes, not ours. */
function codeOfStatus(status: number): ErrorCode {
  if (status === 400 || status === 422) return "invalid_input";
  if (status === 401) return "unauthorized";
  if (status === 403) return "refused";
  if (status === 404) return "not_found";
  if (status === 413) return "too_large";
  return "internal";
}
