/** Notifications: what a person is told when they are not looking. */
export { notificationsProcedures } from "./procedures.ts";
export { Notifications, type NotificationsParts } from "./service.ts";
export { notificationsSchema } from "./store.ts";
