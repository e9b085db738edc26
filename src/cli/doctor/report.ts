/** What `cellar doctor` found, independent of how it is shown. */
import type { Tone } from "#shared/states.ts";
import { colored, type Look } from "../table.ts";

export type CheckStatus = "ok" | "info" | "warn" | "fail";

export type Check = {
  name: string;
  status: CheckStatus;
  message: string;
  /** What to do about it. */
  todo: string | null;
};

export type CheckGroup = { name: string; checks: Check[] };

export type DoctorReport = { groups: CheckGroup[]; counts: Record<CheckStatus, number> };

export const ok = (name: string, message: string): Check => ({ name, status: "ok", message, todo: null });
export const note = (name: string, message: string, todo: string | null = null): Check => ({
  name,
  status: "info",
  message,
  todo,
});
export const warned = (name: string, message: string, todo: string): Check => ({ name, status: "warn", message, todo });
export const failed = (name: string, message: string, todo: string): Check => ({ name, status: "fail", message, todo });

export function reportOf(groups: CheckGroup[]): DoctorReport {
  const counts = { ok: 0, info: 0, warn: 0, fail: 0 };
  for (const { checks } of groups) for (const { status } of checks) counts[status] += 1;
  return { groups, counts };
}

const marks: Record<CheckStatus, { sign: string; tone: Tone }> = {
  ok: { sign: "✓ ok  ", tone: "positive" },
  info: { sign: "· info", tone: "muted" },
  warn: { sign: "▲ warn", tone: "attention" },
  fail: { sign: "✕ fail", tone: "negative" },
};

export function reportText({ groups, counts }: DoctorReport, look: Look): string {
  const width = Math.max(...groups.flatMap(({ checks }) => checks.map(({ name }) => name.length)));
  const lines = groups.flatMap(({ name, checks }) => [
    name,
    ...checks.flatMap((check) => {
      const { sign, tone } = marks[check.status];
      const todo = check.todo === null ? [] : [`${" ".repeat(width + 12)}${check.todo}`];
      return [`  ${colored(sign, tone, look)}  ${check.name.padEnd(width)}  ${check.message}`, ...todo];
    }),
    "",
  ]);
  return [...lines, `${counts.ok} ok, ${counts.info} info, ${counts.warn} warn, ${counts.fail} fail`].join("\n");
}
