/** Says under a launched program that its first prompt was not given, until the person has read it. */
import { X } from "lucide-react";
import { useState } from "react";
import type { Terminal } from "#shared/contract/terminals.ts";
import { useLaunches } from "../live/index.ts";
import { Button } from "../ui/index.ts";

export function FirstPrompt({ terminal }: { terminal: Terminal }) {
  const [read, setRead] = useState(false);
  const launch = useLaunches().byId.get(terminal.owner.launchId ?? "");
  if (read || launch?.prompt !== "failed") return null;
  return (
    <div className="flex min-h-9 flex-none items-center gap-2 border-line border-t bg-panel px-3 py-1">
      <p role="status" className="min-w-0 flex-1">
        The first prompt was not given: {launch.programName} asked something else first, or was not ready in time.
      </p>
      <Button small look="quiet" icon={<X size={12} aria-hidden />} onClick={() => setRead(true)}>
        Close
      </Button>
    </div>
  );
}
