/** Asks for a newer version and says what came of it; what there is then shows as a line of its own. */
import type { Client } from "../connection/index.ts";
import { notice, orNotice } from "../ui/index.ts";
import { showUpdates } from "./shown.ts";

export async function checkForUpdates(client: Client): Promise<void> {
  showUpdates();
  const found = await orNotice("Could not look for updates", client.updates.check({}));
  if (!found) return;
  if (found.state === "off") notice({ kind: "done", text: found.message });
  if (found.state === "failed") notice({ kind: "failed", text: `Could not look for updates: ${found.message}` });
  if (found.state === "current") notice({ kind: "done", text: "This is the newest version for this computer" });
}
