/** Notifications: what a person is told when they are not looking. */
export { hasPanel } from "./answers.ts";
export { notificationsProcedures } from "./procedures.ts";
export { Notifications, type NotificationsParts } from "./service.ts";
export { notificationActionsSchema, notificationsSchema } from "./store.ts";
