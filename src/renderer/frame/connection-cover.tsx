/** Lies over the window while Cellar does not answer: what is shown below was true before, and nothing can be changed now. */
import { useEffect, useState } from "react";
import { useConnection, useConnectionStatus } from "../connection/index.ts";
import { Button, Elapsed, Sign } from "../ui/index.ts";

/** A restart or a short hiccup does not flash a cover. */
const patienceMs = 700;

export function ConnectionCover() {
  const { state, since } = useConnectionStatus();
  const { face } = useConnection();
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (state === "connected") return;
    const timer = setTimeout(() => setLate(true), patienceMs);
    return () => clearTimeout(timer);
  }, [state]);
  if (state === "connected" || (!late && state !== "refused")) return null;
  return (
    <div className="fixed inset-0 z-[60] flex items-start justify-center bg-backdrop pt-[18vh]">
      <div
        role="alertdialog"
        aria-label="No connection"
        className="w-[420px] max-w-[calc(100vw-32px)] rounded-md border border-line bg-raised p-4 shadow-raised"
      >
        {state === "refused" ? (
          <>
            <h2 className="flex items-center gap-2">
              <Sign state="failed" /> This page is from an earlier start
            </h2>
            <p className="mt-2 text-muted">
              Cellar was started anew and has another address now. Open the one it printed, or run{" "}
              <code className="font-mono text-text">cellar serve --open</code>.
            </p>
            <Button className="mt-3" onClick={() => location.reload()}>
              Load again
            </Button>
          </>
        ) : (
          <>
            <h2 className="flex items-center gap-2">
              <Sign state="unknown" /> {state === "connecting" ? "Looking for Cellar" : "Cellar does not answer"}
              <Elapsed since={new Date(since).toISOString()} className="ml-auto font-normal text-faint" />
            </h2>
            <p className="mt-2 text-muted">
              Your terminals go on in their own process. This window is back as soon as Cellar answers.
              {face === "browser" &&
                " If it was stopped, start it again and open the address it prints: it is a new one."}
            </p>
          </>
        )}
      </div>
    </div>
  );
}
