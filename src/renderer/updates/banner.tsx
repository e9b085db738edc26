/** A newer version: offered, being fetched, ready, or why not. Quiet, because nothing has to be done about it now. */
import { useClient } from "../connection/index.ts";
import { useTerminals, useUpdateState } from "../live/index.ts";
import { Banner, Button, orNotice } from "../ui/index.ts";
import { useLater } from "./shown.ts";
import { updateLine } from "./words.ts";

export function UpdateBanner() {
  const client = useClient();
  const update = useUpdateState();
  const later = useLater(({ version }) => version);
  const running = useTerminals().items.filter(({ state }) => state === "running" || state === "starting").length;
  const line = update && updateLine(update);
  if (!update || !line || (update.version !== null && update.version === later)) return null;
  return (
    <Banner
      tone={update.state === "failed" ? "warning" : "neutral"}
      action={
        <>
          {(update.state === "available" || (update.state === "failed" && update.version !== null)) && (
            <Button small onClick={() => void orNotice("Could not get the update", client.updates.download({}))}>
              {update.state === "failed" ? "Try again" : "Download"}
            </Button>
          )}
          {update.state === "ready" && running === 0 && (
            <Button small onClick={() => void orNotice("Could not install the update", client.updates.install({}))}>
              Restart now
            </Button>
          )}
          {update.state !== "downloading" && (
            <Button small onClick={() => useLater.setState({ version: update.version })}>
              Later
            </Button>
          )}
        </>
      }
    >
      {line} <span className="text-muted">{update.state === "available" ? firstLine(update.notes) : ""}</span>
    </Banner>
  );
}

function firstLine(notes: string): string {
  return notes.split("\n", 1)[0] ?? "";
}
