/** The bell in the top bar with the number of what nobody has seen, and the panel it opens. */
import { Bell as BellIcon, BellOff } from "lucide-react";
import { lazy, Suspense } from "react";
import { shortcuts } from "#shared/commands/shortcuts.ts";
import { shortcutLabel } from "../app/commands.ts";
import { useUi } from "../app/open.ts";
import { useNotifications, useSettings } from "../live/index.ts";
import { counted, IconButton, Popover } from "../ui/index.ts";

const NotificationList = lazy(() => import("./notification-list.tsx"));

export function Bell() {
  const open = useUi((ui) => ui.notificationsOpen);
  const unseen = useNotifications().items.filter(({ seenAt }) => seenAt === null).length;
  const { notifyPausedUntil } = useSettings();
  const paused = notifyPausedUntil !== null && Date.parse(notifyPausedUntil) > Date.now();
  const label = unseen === 0 ? "Notifications" : `Notifications: ${counted(unseen, "unseen", "unseen")}`;
  return (
    <Popover
      label="Notifications"
      open={open}
      onOpenChange={(now) => useUi.setState({ notificationsOpen: now })}
      trigger={
        <IconButton label={label} keys={shortcutLabel(shortcuts.notifications)} className="relative">
          {paused ? <BellOff size={15} aria-hidden /> : <BellIcon size={15} aria-hidden />}
          {unseen > 0 && (
            <span className="tabular absolute -top-0.5 -right-0.5 flex h-3.5 min-w-3.5 items-center justify-center rounded-full bg-attention px-0.5 font-semibold text-[10px] text-chrome leading-none">
              {unseen > 99 ? "99+" : unseen}
            </span>
          )}
        </IconButton>
      }
    >
      <Suspense>
        <NotificationList />
      </Suspense>
    </Popover>
  );
}
