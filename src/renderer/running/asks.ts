/** What bottles wait for: a person's answer to a question, about a host, or about a push. They need the person as much as a terminal that asks. */
import { useMemo } from "react";
import { openGateway } from "../gateway/index.ts";
import { openGitGate } from "../git-gate/index.ts";
import { useBottles, useGateways, useNotifications, usePendingProposals } from "../live/index.ts";
import { askLine, openProposals } from "../supervise/index.ts";

export type AskOfBottle = { key: string; who: string; words: string; open: () => void };

export function useAsks(): readonly AskOfBottle[] {
  const bottles = useBottles().byId;
  const proposals = usePendingProposals();
  const gateways = useGateways().items;
  const notifications = useNotifications().items;
  return useMemo(() => {
    const label = (id: string) => bottles.get(id)?.label;
    return [
      ...proposals.map(({ id, bottleId, programName, ask }) => ({
        key: id,
        who: label(bottleId) ?? programName,
        words: askLine(ask),
        open: () => openProposals(),
      })),
      ...gateways
        .filter(({ waiting }) => waiting > 0)
        .map(({ id, waiting }) => ({
          key: id,
          who: label(id) ?? "A bottle",
          words: waiting === 1 ? "asks for a host" : `asks for ${waiting} hosts`,
          open: () => openGateway(id),
        })),
      // A push has no list of its own in every window; as long as it can be answered it is among what was told.
      ...notifications
        .filter(({ kind, actions }) => kind === "git-push-asks" && actions.length > 0)
        .map(({ id, title, body }) => ({ key: id, who: title, words: body, open: () => openGitGate() })),
    ];
  }, [bottles, proposals, gateways, notifications]);
}
