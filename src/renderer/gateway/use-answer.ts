/** Allowing and refusing what a decision was about, from wherever it is shown. */
import { useMemo } from "react";
import type { GatewayScope } from "#shared/contract/gateway.ts";
import { useClient } from "../connection/index.ts";
import { notice, orNotice } from "../ui/index.ts";

const words: Record<GatewayScope["type"], string> = {
  bottle: "in this bottle",
  workspace: "in this workspace",
  always: "in every bottle",
};

export function useAnswer() {
  const client = useClient();
  return useMemo(
    () => ({
      async allow(decisionId: string, host: string, scope: GatewayScope["type"]): Promise<void> {
        const done = await orNotice(`Could not allow ${host}`, client.gateway.allow({ decisionId, scope }));
        if (!done) return;
        const { rule } = done;
        if (rule === null) return notice({ kind: "done", text: "Let it pass this once" });
        notice({
          kind: "done",
          text: `${host} is allowed ${words[scope]}`,
          action: {
            label: "Undo",
            run: () => void orNotice("Could not undo it", client.gateway.removeRule({ id: rule.id })),
          },
        });
      },
      refuse(decisionId: string): void {
        void orNotice("Could not refuse it", client.gateway.refuse({ decisionId }));
      },
    }),
    [client],
  );
}
