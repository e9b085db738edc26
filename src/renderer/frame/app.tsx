/** The whole window: what fills the frame's slots, and what lies over it. */
import { lazy, Suspense, useEffect, useState } from "react";
import { useActions } from "../app/actions.ts";
import { isMac, listenForShortcuts } from "../app/commands.ts";
import { followLayout, useLayout } from "../app/layout.ts";
import { openWorkspace, useUi } from "../app/open.ts";
import { useTheme } from "../app/theme.ts";
import { useClient, useConnection } from "../connection/index.ts";
import { useBackendsFollowSettings } from "../launches/use-isolations.ts";
import { here, ownWorkspace, useLists, useSettings, useTerminalSummaries } from "../live/index.ts";
import { useViewReport } from "../notifications/view-report.ts";
import { useWebNotifications } from "../notifications/web-notifications.ts";
import { useAsks } from "../running/asks.ts";
import { NoticeLayer, TipLayer } from "../ui/index.ts";
import { Banners } from "./banners.tsx";
import { Center } from "./center.tsx";
import { ConnectionCover } from "./connection-cover.tsx";
import { DropTarget } from "./drop-target.tsx";
import { Frame } from "./frame.tsx";
import { InspectorSlot } from "./inspector-slot.tsx";
import { refusePrinting } from "./printing.ts";
import { Sidebar } from "./sidebar.tsx";
import { StatusBar } from "./status-bar.tsx";
import { TopBar } from "./top-bar.tsx";
import { useCurrentWorkspace, useWindowCommands } from "./window-commands.ts";
import { useWindowRequests } from "./window-requests.ts";
import { useOwnWindowCommands } from "./windows.ts";

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
  useOwnWindowCommands();
  useViewReport();
  useWebNotifications();
  useWindowTitle();
  useTitleBar();
  useUsable();
  useEffect(openOwnWorkspace, []);
  useWindowRequests();
  useBackendsFollowSettings();
  useEffect(listenForShortcuts, []);
  useEffect(refusePrinting, []);
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
      {(firstRunOpen ?? (!firstRunDone && ownWorkspace === null)) && <FirstRun />}
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

/** The window's title says what a task bar should: which workspace, and whether somebody is needed. */
function useWindowTitle(): void {
  const waiting = useTerminalSummaries().filter(({ needsYou }) => needsYou).length + useAsks().length;
  const workspace = useCurrentWorkspace()?.name;
  useEffect(() => {
    const name = workspace === undefined ? "Cellar" : `${workspace} — Cellar`;
    document.title = waiting === 0 ? name : `(${waiting}) ${name}`;
  }, [waiting, workspace]);
}

/** Where the window's buttons are in our top bar: `title-bar.css`. */
function useTitleBar(): void {
  const { face } = useConnection();
  useEffect(() => {
    if (face === "electron" && isMac) document.documentElement.dataset["titleBar"] = "inset";
  }, [face]);
}

/** Main watches whether a window it opened comes to this. */
function useUsable(): void {
  const client = useClient();
  useEffect(() => {
    client.app.windowUsable({ window: here }).catch(() => {});
  }, [client]);
}

/** A workspace's own window shows something of it from the start. */
function openOwnWorkspace(): void {
  if (ownWorkspace !== null && useLayout.getState().dock === null) openWorkspace(ownWorkspace);
}
