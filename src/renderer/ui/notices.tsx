/**
 * Short messages about something that is not on screen any more: a failure of what was started from a menu or the palette, an undo.
 * Failures stay until they are closed; the rest goes by itself.
 */
import { X } from "lucide-react";
import { useEffect } from "react";
import { create } from "zustand";
import type { Problem } from "#shared/contract/base.ts";
import { problemFrom } from "../connection/index.ts";
import { Button, IconButton } from "./button.tsx";
import { sentence } from "./problem.tsx";
import { Sign } from "./state-sign.tsx";

export type Notice = {
  id: number;
  kind: "done" | "failed";
  text: string;
  hint?: string | undefined;
  action?: { label: string; run: () => void };
};

const useNotices = create<{ notices: readonly Notice[] }>(() => ({ notices: [] }));
const shownMs = 5_000;
const most = 4;
let lastId = 0;

export function notice(given: Omit<Notice, "id">): void {
  lastId += 1;
  const added = { ...given, id: lastId };
  // The same said once more takes the place of what was said before.
  const others = useNotices.getState().notices.filter(({ kind, text }) => kind !== given.kind || text !== given.text);
  useNotices.setState({ notices: [...others, added].slice(-most) });
}

export function noticeProblem(what: string, problem: Problem): void {
  if (problem.code === "cancelled") return;
  notice({ kind: "failed", text: `${what}: ${problem.message}`, hint: problem.hint });
}

/** Runs something that has no place of its own to show a failure in. `what` as in "Could not stop the terminal". */
export async function orNotice<Result>(what: string, work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (thrown) {
    noticeProblem(what, problemFrom(thrown));
    return undefined;
  }
}

function dismiss(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((each) => each.id !== id) }));
}

export function NoticeLayer() {
  const notices = useNotices((state) => state.notices);
  return (
    <div className="pointer-events-none fixed right-3 bottom-8 z-50 flex w-80 max-w-[calc(100vw-24px)] flex-col gap-2">
      {notices.map((each) => (
        <NoticeView key={each.id} notice={each} />
      ))}
    </div>
  );
}

function NoticeView({ notice: { id, kind, text, hint, action } }: { notice: Notice }) {
  useEffect(() => {
    if (kind === "failed") return;
    const timer = setTimeout(() => dismiss(id), shownMs);
    return () => clearTimeout(timer);
  }, [id, kind]);
  return (
    <div
      role={kind === "failed" ? "alert" : "status"}
      className="pointer-events-auto flex items-start gap-2 rounded-md border border-line bg-raised py-2 pr-1 pl-3 shadow-raised"
    >
      <Sign state={kind === "failed" ? "failed" : "done-unseen"} className="mt-[3px]" />
      <div className="min-w-0 flex-1">
        <p className="break-words">{sentence(text)}</p>
        {hint && <p className="break-words text-muted text-sm">{hint}</p>}
        {action && (
          <Button
            small
            className="mt-1.5"
            onClick={() => {
              dismiss(id);
              action.run();
            }}
          >
            {action.label}
          </Button>
        )}
      </div>
      <IconButton label="Close this message" onClick={() => dismiss(id)}>
        <X size={13} />
      </IconButton>
    </div>
  );
}
