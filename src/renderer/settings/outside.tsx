/** Whether any notification appears outside the window at all, and until when not. */
import { useActions } from "../app/actions.ts";
import { useConnection } from "../connection/index.ts";
import { useSettingsState } from "../live/index.ts";
import { askPermission, usePermission } from "../notifications/web-notifications.ts";
import { Button, exact } from "../ui/index.ts";

export function Outside() {
  const { settings } = useSettingsState();
  const { face } = useConnection();
  const permission = usePermission();
  const actions = useActions();
  const until = settings.notifyPausedUntil;
  const paused = until !== null && Date.parse(until) > Date.now();
  return (
    <div className="flex flex-wrap items-center gap-3 border-line border-b py-2.5">
      <p className="min-w-0 flex-1 text-muted">
        {paused && until
          ? `Paused until ${exact(until)}.`
          : "Shown while you do not look at the terminal they are about."}
        {face === "browser" &&
          permission === "denied" &&
          " The browser does not let Cellar show them outside this tab."}
      </p>
      {face === "browser" && permission === "default" && (
        <Button onClick={() => void askPermission()}>Show them outside this tab</Button>
      )}
      <Button onClick={() => void actions.pauseNotifications(paused ? 0 : 60)}>
        {paused ? "Show again" : "Pause for an hour"}
      </Button>
    </div>
  );
}
