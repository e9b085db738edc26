/** The closed set of reasons a call can fail for. Apart from the schemas, so that a window need not load a validator to name them. */

/** `internal` means a defect of Cellar itself. */
export const errorCodes = [
  "invalid_input",
  "not_found",
  "conflict",
  "unavailable",
  "refused",
  "cancelled",
  "failed",
  "unauthorized",
  "too_large",
  "internal",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** HTTP status that goes with a code where a transport has one (RFC 9110). */
export const errorStatus: Record<ErrorCode, number> = {
  invalid_input: 400,
  unauthorized: 401,
  refused: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  cancelled: 499,
  failed: 500,
  internal: 500,
  unavailable: 503,
};
