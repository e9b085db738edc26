/** What a person was told: first what can be answered here, then the latest; a click leads there. */
import { useState } from "react";
import type { Notification, NotificationAction } from "#shared/contract/notifications.ts";
import { actionWords } from "#shared/notifications/actions.ts";
import { signOf } from "#shared/notifications/sign.ts";
import { activityStatus } from "#shared/states.ts";
import { useActions } from "../app/actions.ts";
import { openSettings, useUi } from "../app/open.ts";
import { useConnection } from "../connection/index.ts";
import { useActivity, useNotifications, useSettings } from "../live/index.ts";
import { Ago, Button, exact, hoverOf, Sign } from "../ui/index.ts";
import { VirtualRows } from "../ui/virtual-rows.tsx";
import { openNotification } from "./open-notification.ts";
import { askPermission, usePermission } from "./web-notifications.ts";

const rowHeight = 48;
const rowsShown = 8;
/** So many can be answered without looking for them; the panels have all. */
const askingShown = 20;

export default function NotificationList() {
  const { items } = useNotifications();
  const actions = useActions();
  const newestFirst = [...items].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const asking = newestFirst.filter(({ actions: offered }) => offered.length > 0).slice(0, askingShown);
  const others = newestFirst.filter((note) => !asking.includes(note));
  const unseen = items.some(({ seenAt }) => seenAt === null);
  return (
    <div className="flex w-[380px] max-w-full flex-col">
      <div className="flex h-9 items-center gap-1 border-line border-b pr-1.5 pl-3">
        <h2 className="flex-1">Notifications</h2>
        <Button small look="quiet" disabled={!unseen} onClick={() => actions.markSeen()}>
          Mark all as seen
        </Button>
        <Button small look="quiet" disabled={items.length === 0} onClick={() => actions.clearNotifications()}>
          Clear
        </Button>
      </div>
      {newestFirst.length === 0 ? (
        <p className="px-3 py-4 text-muted">
          Nothing yet. You are told when an agent needs you or is done, and when a cell or a terminal ends while you
          look elsewhere.
        </p>
      ) : (
        <>
          {asking.length > 0 && (
            <ul aria-label="Waiting for your answer" className="max-h-[240px] shrink-0 overflow-y-auto bg-field">
              {asking.map((note) => (
                <li key={note.id} className="border-line border-b">
                  <Told note={note} />
                  <Answers note={note} />
                </li>
              ))}
            </ul>
          )}
          <VirtualRows
            count={others.length}
            rowHeight={rowHeight}
            tabIndex={-1}
            role="list"
            aria-label="Notifications, newest first"
            style={{ height: Math.min(others.length, asking.length > 0 ? 4 : rowsShown) * rowHeight }}
            row={(index) => {
              const each = others[index];
              return each && <Row key={each.id} note={each} />;
            }}
          />
        </>
      )}
      <Outside />
    </div>
  );
}

function Row({ note }: { note: Notification }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: its list is a scrolling box of positioned rows
    <div role="listitem" style={{ height: rowHeight }} className="border-line border-b last:border-b-0">
      <Told note={note} />
    </div>
  );
}

/** The same buttons as the system's notification has where it has any. */
function Answers({ note }: { note: Notification }) {
  const { answerNotification } = useActions();
  const [busy, setBusy] = useState(false);
  const answer = async (action: NotificationAction) => {
    setBusy(true);
    await answerNotification(note.id, action);
    setBusy(false);
  };
  return (
    <div className="flex flex-wrap gap-1.5 pr-3 pb-2 pl-[34px]">
      {note.actions.map((action, index) => (
        <Button
          key={action}
          small
          look={action === "refuse" ? "quiet" : index === 0 ? "primary" : "plain"}
          busy={busy}
          aria-label={`${actionWords[action].label}: ${note.title}, ${note.body}`}
          onClick={() => void answer(action)}
        >
          {actionWords[action].label}
        </Button>
      ))}
    </div>
  );
}

/** Who tells what, and when; a click leads there. */
function Told({ note }: { note: Notification }) {
  const actions = useActions();
  const unseen = note.seenAt === null;
  const activity = useActivity(note.terminalId ?? "");
  const evidence = note.kind.startsWith("agent-") && activity ? hoverOf(activityStatus(activity, false)) : undefined;
  return (
    <button
      type="button"
      data-tip={[note.title, note.body, evidence].filter(Boolean).join("\n")}
      className="flex h-full w-full items-start gap-2 px-3 py-1.5 text-left hover:bg-hover"
      onClick={() => {
        useUi.setState({ notificationsOpen: false });
        openNotification(note, actions);
      }}
    >
      <Sign state={signOf(note.state, unseen)} className={`mt-[3px] ${unseen ? "" : "opacity-60"}`} />
      <span className="min-w-0 flex-1">
        <span className={`block truncate ${unseen ? "font-medium" : "text-muted"}`}>{note.title}</span>
        <span className="block truncate text-muted text-sm">{note.body}</span>
      </span>
      <span className="shrink-0 text-faint text-sm">
        <Ago at={note.createdAt} />
        {unseen && <span className="sr-only">, unseen</span>}
      </span>
    </button>
  );
}

/** Whether anything is shown outside the window, and how to change that. */
function Outside() {
  const actions = useActions();
  const { face } = useConnection();
  const permission = usePermission();
  const { notifyPausedUntil } = useSettings();
  const paused = notifyPausedUntil !== null && Date.parse(notifyPausedUntil) > Date.now();
  return (
    <div className="flex flex-col gap-1.5 border-line border-t px-3 py-2 text-muted text-sm">
      {face === "browser" && permission === "default" && (
        <div className="flex items-center gap-2">
          <span className="flex-1">Also show them outside this tab</span>
          <Button small onClick={() => void askPermission()}>
            Allow
          </Button>
        </div>
      )}
      {face === "browser" && permission === "denied" && (
        <p>The browser does not let Cellar show notifications outside this tab. Its site settings change that.</p>
      )}
      <p>
        {paused && notifyPausedUntil
          ? `Paused until ${exact(notifyPausedUntil)}.`
          : "You are told while you look elsewhere."}
      </p>
      <div className="flex items-center gap-2">
        <Button small onClick={() => void actions.pauseNotifications(paused ? 0 : 60)}>
          {paused ? "Show again" : "Pause for an hour"}
        </Button>
        <Button
          small
          look="quiet"
          onClick={() => {
            useUi.setState({ notificationsOpen: false });
            openSettings("notif");
          }}
        >
          Settings
        </Button>
      </div>
    </div>
  );
}
