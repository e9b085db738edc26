/** The one time that may be in a package: 1980 is the earliest a zip can hold, and `SOURCE_DATE_EPOCH` is what reproducible builds agree on. */
export function sourceDate(env: NodeJS.ProcessEnv = process.env): Date {
  const seconds = Number(env["SOURCE_DATE_EPOCH"] ?? Number.NaN);
  return new Date(Number.isFinite(seconds) ? seconds * 1000 : Date.UTC(1980, 0, 1));
}
