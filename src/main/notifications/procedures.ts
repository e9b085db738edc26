/** The notifications' part of the contract. */
import { implementing } from "../transport/implementing.ts";
import type { Notifications } from "./service.ts";

export function notificationsProcedures(service: Notifications) {
  return implementing.notifications.router({
    watch: implementing.notifications.watch.handler(({ signal }) => service.list.watch(signal)),
    markSeen: implementing.notifications.markSeen.handler(({ input }) => {
      service.markSeen(input);
      return {};
    }),
    act: implementing.notifications.act.handler(async ({ input }) => {
      await service.act(input.id, input.action);
      return {};
    }),
    clear: implementing.notifications.clear.handler(() => {
      service.clear();
      return {};
    }),
    setView: implementing.notifications.setView.handler(({ input, context }) => {
      service.setView(context.connection, input);
      return {};
    }),
    pause: implementing.notifications.pause.handler(({ input }) => service.pause(input.minutes)),
  });
}
