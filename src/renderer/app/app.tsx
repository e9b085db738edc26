/** The whole window: what fills the frame's slots, and what lies over it. */
import { lazy, Suspense, useEffect, useState } from "react";
import { useClient } from "../connection/index.ts";
import { useBackendsFollowSettings } from "../launches/use-isolations.ts";
import { useLists, useSettings, useTerminalSummaries } from "../live/index.ts";
import { useViewReport } from "../notifications/view-report.ts";
import { useWebNotifications } from "../notifications/web-notifications.ts";
import { NoticeLayer, TipLayer } from "../ui/index.ts";
import { useActions } from "./actions.ts";
import { Banners } from "./banners.tsx";
import { Center } from "./center.tsx";
import { listenForShortcuts } from "./commands.ts";
import { ConnectionCover } from "./connection-cover.tsx";
import { DropTarget } from "./drop-target.tsx";
import { Frame } from "./frame.tsx";
import { InspectorSlot } from "./inspector-slot.tsx";
import { followLayout, useLayout } from "./layout.ts";
import { useUi } from "./open.ts";
import { Sidebar } from "./sidebar.tsx";
import { StatusBar } from "./status-bar.tsx";
import { useTheme } from "./theme.ts";
import { TopBar } from "./top-bar.tsx";
import { useWindowCommands } from "./window-commands.ts";
import { useWindowRequests } from "./window-requests.ts";

const Palette = lazy(() => import("./palette.tsx"));
const ShortcutHelp = lazy(() => import("./shortcut-help.tsx"));
const FirstRun = lazy(() => import("./first-run.tsx"));
const JobArea = lazy(() => import("../jobs/job-area.tsx"));

export function App() {
  const client = useClient();
  const { settings } = useLists();
  const [ready, setReady] = useState(false);
  useEffect(() => {
    let gone = false;
    // Nothing is drawn before the layout and the theme are known: a window that rearranges itself is worse than one that comes 20 ms later.
    void Promise.all([followLayout(client), settings.first()]).then(() => !gone && setReady(true));
    return () => {
      gone = true;
    };
  }, [client, settings]);
  return (
    <>
      {ready && <Window />}
      <ConnectionCover />
    </>
  );
}

function Window() {
  const { theme } = useSettings();
  useTheme(theme);
  useWindowCommands();
  useViewReport();
  useWebNotifications();
  useWindowTitle();
  useWindowRequests();
  useBackendsFollowSettings();
  useEffect(listenForShortcuts, []);
  const jobsOpen = useLayout((layout) => layout.jobsOpen);
  return (
    <>
      <Frame
        topBar={<TopBar />}
        banners={<Banners />}
        sidebar={<Sidebar />}
        center={<Center />}
        inspector={<InspectorSlot />}
        jobs={jobsOpen && <JobArea />}
        statusBar={
          <>
            <StatusBar />
            <TipLayer />
          </>
        }
      />
      <Overlays />
      <DropTarget />
      <NoticeLayer />
    </>
  );
}

function Overlays() {
  const { paletteOpen, shortcutsOpen, firstRunOpen } = useUi();
  const { firstRunDone } = useSettings();
  useFirstRunEnd();
  return (
    <Suspense>
      {paletteOpen && <Palette />}
      {shortcutsOpen && <ShortcutHelp />}
      {(firstRunOpen ?? !firstRunDone) && <FirstRun />}
    </Suspense>
  );
}

/** However it was left: it does not come by itself a second time. */
function useFirstRunEnd(): void {
  const actions = useActions();
  const left = useUi(({ firstRunOpen }) => firstRunOpen === false);
  const { firstRunDone } = useSettings();
  useEffect(() => {
    if (left && !firstRunDone) actions.changeSettings({ firstRunDone: true });
  }, [actions, left, firstRunDone]);
}

/** The window's title says what a task bar should: whether somebody is needed. */
function useWindowTitle(): void {
  const waiting = useTerminalSummaries().filter(({ needsYou }) => needsYou).length;
  useEffect(() => {
    document.title = waiting === 0 ? "Cellar" : `(${waiting}) Cellar`;
  }, [waiting]);
}
