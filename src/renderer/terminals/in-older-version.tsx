/** A terminal that an older Cellar's terminal host still runs, after an update that this one cannot bridge: it goes on, and cannot be looked into. */
import type { Terminal } from "#shared/contract/terminals.ts";
import { useClient } from "../connection/index.ts";
import { Button, Empty, orNotice } from "../ui/index.ts";

export function InOlderVersion({ terminal }: { terminal: Terminal }) {
  const client = useClient();
  const end = () =>
    void orNotice("Could not end the terminal", client.terminals.kill({ id: terminal.id, force: false }));
  return (
    <Empty action={<Button onClick={end}>End it now</Button>}>
      This terminal runs in an older Cellar ({terminal.olderVersion}), from before the update. It goes on there; its
      output is here when it has ended. New terminals run in this version.
    </Empty>
  );
}
