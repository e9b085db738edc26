/** Notifications, out of everything that has news, and what they can be answered with. */
import type { WindowRequest } from "#shared/contract/app.ts";
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import type { Activities } from "../activity/index.ts";
import type { Bottles } from "../bottles/index.ts";
import type { Broker } from "../broker/index.ts";
import type { Gateways } from "../gateway/index.ts";
import type { GitGates } from "../git-gate/index.ts";
import type { Ground } from "../ground.ts";
import type { JobService } from "../jobs/index.ts";
import type { Proposals } from "../supervise/index.ts";
import type { TerminalService } from "../terminals/index.ts";
import { hasPanel } from "./answers.ts";
import { Notifications } from "./service.ts";

export type NotificationsNeeds = {
  host: TerminalHostClient;
  terminals: TerminalService;
  activities: Activities;
  jobs: JobService;
  gateways: Gateways;
  broker: Broker;
  bottles: Bottles;
  proposals: Proposals;
  gitGates: GitGates;
  /** Null when there is no such workspace. */
  workspaceName: (id: string) => string | null;
  /** Brings a window to the front that shows it. */
  show: (request: WindowRequest, workspaceId: string | null) => void;
};

export function composeNotifications(
  { database, desktop, settings, endings }: Ground,
  needs: NotificationsNeeds,
): Notifications {
  const { host, terminals, activities, jobs, gateways, broker, bottles, proposals, gitGates } = needs;
  const notifications = new Notifications({
    database,
    desktop,
    settings,
    onHostEvent: (listener) => terminals.onEvent(listener),
    onTerminal: (listener) => terminals.onChange(listener),
    activities,
    heldCell: (id) => terminals.heldCell(id),
    watchJobs: (signal) => jobs.watch(signal),
    onHostAsked: (listener) => gateways.onAsked(listener),
    limits: {
      of: (id) => broker.of({ kind: "bottle", id })?.reached ?? null,
      onChange: (listener) => broker.onEvent(({ type }) => type !== "request" && listener()),
    },
    onLimitReached: (listener) =>
      broker.onEvent((event) => {
        const bottle = event.type === "limit" ? bottles.list.get(event.owner.id) : undefined;
        if (event.type === "limit" && bottle !== undefined) listener({ bottle, why: event.why });
      }),
    onProposal: (listener) => proposals.onMade(listener),
    onPushAsked: (listener) => gitGates.onAsked(listener),
    answers: {
      gateways: {
        allow: (id, scope) => gateways.allow(id, scope),
        refuse: (id) => gateways.refuse(id),
        watch: (signal) => gateways.decisions.watch(signal),
      },
      proposals: {
        get: (id) => proposals.list.get(id),
        decide: (id, decision) => proposals.decide(id, decision),
        onAnswered: (listener) => proposals.onAnswered(listener),
      },
      pushes: {
        approve: (id) => gitGates.approve(id),
        refuse: (id) => gitGates.refuse(id),
        watch: (signal) => gitGates.events.watch(signal),
      },
      cells: {
        held: (id) => terminals.heldCell(id),
        interrupt: (id) => host.call("cells.interrupt", { terminalId: id }),
      },
    },
    open: (notification) => needs.show({ type: "notification", notification }, notification.workspaceId),
    openAll: (latest) =>
      needs.show(
        hasPanel(latest) ? { type: "notification", notification: latest } : { type: "notifications" },
        latest.workspaceId,
      ),
    workspaceName: needs.workspaceName,
  });
  endings.add(() => notifications.close());
  return notifications;
}
