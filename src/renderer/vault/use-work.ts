/** A form's one piece of work: whether it goes on, and what went wrong with it. */
import { useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import { problemFrom } from "../connection/index.ts";

export function useWork() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  return {
    busy,
    problem,
    setProblem,
    /** True when it went well. */
    async run(work: () => Promise<unknown>): Promise<boolean> {
      setBusy(true);
      setProblem(null);
      try {
        await work();
        return true;
      } catch (thrown) {
        setProblem(problemFrom(thrown));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
