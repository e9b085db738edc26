/** What a program tells its terminal, read as claims about what it is doing. Pure. */
import type { Claim } from "./signals.ts";
import { oneLine } from "./text.ts";

export type SequenceNotice =
  | { type: "title"; title: string }
  | { type: "bell" }
  | { type: "notification"; title: string; body: string }
  /** OSC 133 (and 633): a prompt begins, what was typed is run, it has ended. */
  | { type: "mark"; mark: "A" | "C" }
  | { type: "mark"; mark: "D"; exitCode: number | null }
  /** OSC 9;4. */
  | { type: "progress"; progress: "none" | "normal" | "error" | "paused" };

/** Regular expressions by which a program's titles and notifications are understood. */
export type SequenceSigns = {
  title?: { working?: string | undefined; waiting?: string | undefined } | undefined;
  notification?: { permission?: string | undefined; done?: string | undefined } | undefined;
};

/** Null for what says nothing about it. */
export function claimOfSequence(notice: SequenceNotice, signs: SequenceSigns): Claim | null {
  switch (notice.type) {
    case "bell":
      return { state: "waiting", evidence: "Rang the bell", calls: true };
    case "notification": {
      const text = oneLine([notice.title, notice.body].filter((part) => part.trim() !== "").join(": "));
      const { permission, done } = signs.notification ?? {};
      if (matches(permission, text)) return { state: "permission", evidence: text, brief: "to go on", calls: true };
      return { state: matches(done, text) ? "done" : "waiting", evidence: text, calls: true };
    }
    case "progress":
      return ofProgress(notice.progress);
    case "mark":
      return ofMark(notice);
    case "title": {
      const evidence = oneLine(`Title: ${notice.title}`);
      const { working, waiting } = signs.title ?? {};
      if (matches(working, notice.title)) return { state: "working", evidence };
      // A title only says that it does nothing: what it asked for, or that it was done, it has said otherwise.
      return matches(waiting, notice.title) ? { state: "waiting", evidence, only: ["working", "unknown"] } : null;
    }
  }
}

function ofProgress(progress: Extract<SequenceNotice, { type: "progress" }>["progress"]): Claim {
  switch (progress) {
    case "normal":
      return { state: "working", evidence: "Shows progress" };
    case "error":
      return { state: "failed", evidence: "Its progress shows an error", calls: true };
    case "paused":
      return { state: "waiting", evidence: "Its progress is paused", calls: true };
    case "none":
      return { state: "done", evidence: "Its progress has ended", only: ["working"] };
  }
}

function ofMark(notice: Extract<SequenceNotice, { type: "mark" }>): Claim {
  if (notice.mark !== "D") {
    return notice.mark === "C"
      ? { state: "working", evidence: "Runs what was typed" }
      : { state: "waiting", evidence: "Shows its prompt", only: ["working", "unknown"] };
  }
  const { exitCode } = notice;
  if (exitCode === null || exitCode === 0)
    return { state: "done", evidence: "What was typed has ended", only: ["working"] };
  return { state: "failed", evidence: `What was typed ended with exit ${exitCode}`, only: ["working"] };
}

function matches(pattern: string | undefined, text: string): boolean {
  return pattern !== undefined && new RegExp(pattern, "mu").test(text);
}
