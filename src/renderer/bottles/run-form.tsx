/** Runs a script in the bottle and shows how it ended: for a look that is not worth a terminal. */
import { useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import type { Bottle } from "#shared/contract/bottles.ts";
import { type Client, problemFrom, useClient } from "../connection/index.ts";
import { Button, LogText, ProblemNote, StateLine, TextArea } from "../ui/index.ts";

type Result = Awaited<ReturnType<Client["bottles"]["exec"]>>;

export function RunForm({ bottle: { id }, onClose }: { bottle: Bottle; onClose: () => void }) {
  const client = useClient();
  const [script, setScript] = useState("");
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<Result | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async () => {
    if (busy || script.trim() === "") return;
    setBusy(true);
    setProblem(null);
    setResult(null);
    try {
      setResult(await client.bottles.exec({ id, script }));
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      aria-label="Run in the bottle"
      className="flex flex-col gap-2 rounded border border-line px-3 py-2.5"
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <TextArea
        label="Script, for a POSIX shell"
        rows={2}
        autoFocus
        spellCheck={false}
        className="min-h-10! font-mono text-sm"
        value={script}
        help="Enter runs it inside, with nothing on its input, for at most a minute. Shift+Enter makes a new line."
        onChange={(event) => setScript(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          void run();
        }}
      />
      <div className="flex items-center gap-2">
        <Button type="submit" small look="primary" busy={busy} disabled={script.trim() === ""}>
          Run
        </Button>
        <Button small look="quiet" onClick={onClose}>
          Close
        </Button>
        {result && (
          <span role="status">
            <StateLine
              status={
                result.exitCode === 0
                  ? { state: "done", words: "Exit 0" }
                  : {
                      state: "failed",
                      words: result.exitCode === null ? "Ended by a signal" : `Exit ${result.exitCode}`,
                    }
              }
            />
          </span>
        )}
        {result?.truncated && <span className="text-muted">Only the first megabyte is shown.</span>}
      </div>
      {problem && <ProblemNote problem={problem} />}
      {result && result.stdout !== "" && <LogText label="What it printed">{result.stdout.trimEnd()}</LogText>}
      {result && result.stderr !== "" && <LogText label="Its errors">{result.stderr.trimEnd()}</LogText>}
      {result && result.stdout === "" && result.stderr === "" && <p className="text-muted">It printed nothing.</p>}
    </form>
  );
}
