/** What was done for the bottle and how it went. */
import { useQuery } from "@tanstack/react-query";
import type { Bottle } from "#shared/contract/bottles.ts";
import { useClient } from "../connection/index.ts";
import { LogText } from "../ui/index.ts";

export function LogSection({ bottle: { id, state } }: { bottle: Bottle }) {
  const client = useClient();
  const log = useQuery({ queryKey: ["bottle-log", id, state], queryFn: () => client.bottles.log({ id }) });
  if (!log.data) return null;
  return (
    <section aria-label="Log">
      <h3 className="font-medium text-muted text-sm">Log</h3>
      <LogText label="Log of the bottle">{log.data.lines.join("\n")}</LogText>
    </section>
  );
}
