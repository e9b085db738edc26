/** Notifications: what a person is told when they are not looking. */

export { composeNotifications } from "./compose.ts";
export { notificationsProcedures } from "./procedures.ts";
export { notificationActionsSchema, notificationStateSchema, notificationsSchema } from "./store.ts";
