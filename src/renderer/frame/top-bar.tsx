/** The bar at the top: the palette's field in the middle, how things stand to its right. */
import { Keyboard, Moon, PanelLeft, PanelRight, Search, Settings as SettingsIcon, Sun } from "lucide-react";
import { shortcuts } from "#shared/commands/shortcuts.ts";
import { useActions } from "../app/actions.ts";
import { shortcutLabel } from "../app/commands.ts";
import { openPalette, openRunning, openSettings, openTerminal, useUi } from "../app/open.ts";
import { useDarkNow } from "../app/theme.ts";
import { ownWorkspace, useSettings, useTerminalSummaries, useWorkspace } from "../live/index.ts";
import { Bell } from "../notifications/bell.tsx";
import { useAsks } from "../running/asks.ts";
import { IconButton, Keys, Sign } from "../ui/index.ts";
import { toggleSide, useShown } from "./sides.ts";

export function TopBar() {
  const sidebarOpen = useShown("sidebar");
  const inspectorOpen = useShown("inspector");
  const own = useWorkspace(ownWorkspace);
  return (
    <div className="grid h-full w-full grid-cols-[minmax(max-content,1fr)_minmax(0,440px)_minmax(max-content,1fr)] items-center gap-2 px-2">
      <div className="flex items-center gap-1.5">
        <IconButton
          label={sidebarOpen ? "Hide the sidebar" : "Show the sidebar"}
          keys={shortcutLabel(shortcuts.sidebar)}
          aria-expanded={sidebarOpen}
          onClick={() => toggleSide("sidebar")}
        >
          <PanelLeft size={15} aria-hidden />
        </IconButton>
        <h1 className="max-w-60 truncate px-1 max-[520px]:sr-only">{own?.name ?? "Cellar"}</h1>
      </div>
      <button
        type="button"
        className="flex h-6 w-full min-w-0 items-center gap-2 rounded border border-line bg-field px-2 text-left text-faint hover:border-line-field hover:text-muted"
        onClick={() => openPalette()}
      >
        <Search size={13} aria-hidden className="shrink-0" />
        <span className="min-w-0 flex-1 truncate">Search or run a command</span>
        <Keys>{shortcutLabel(shortcuts.palette)}</Keys>
      </button>
      <div className="flex min-w-0 items-center justify-end gap-0.5">
        <Counts />
        <Bell />
        <ThemeButton />
        <IconButton
          label="Keyboard shortcuts"
          keys={shortcutLabel(shortcuts.help)}
          className="max-[820px]:hidden"
          onClick={() => useUi.setState({ shortcutsOpen: true })}
        >
          <Keyboard size={15} aria-hidden />
        </IconButton>
        <IconButton label="Settings" keys={shortcutLabel(shortcuts.settings)} onClick={() => openSettings()}>
          <SettingsIcon size={15} aria-hidden />
        </IconButton>
        <IconButton
          label={inspectorOpen ? "Hide the inspector" : "Show the inspector"}
          keys={shortcutLabel(shortcuts.inspector)}
          aria-expanded={inspectorOpen}
          onClick={() => toggleSide("inspector")}
        >
          <PanelRight size={15} aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}

function Counts() {
  const summaries = useTerminalSummaries();
  const running = summaries.filter(({ alive }) => alive).length;
  const waiting = summaries.filter(({ needsYou }) => needsYou);
  const asks = useAsks();
  const count = waiting.length + asks.length;
  const open = () => {
    const [terminal] = waiting;
    if (count > 1) openRunning();
    else if (terminal) openTerminal(terminal.id);
    else asks[0]?.open();
  };
  return (
    <div className="tabular mr-1 flex items-center gap-1 whitespace-nowrap text-muted text-sm max-[640px]:hidden">
      <button
        type="button"
        className="flex h-6 items-center rounded px-1.5 hover:bg-hover max-[760px]:hidden"
        data-tip="Show everything that runs"
        onClick={() => openRunning()}
      >
        {running} running
      </button>
      {count > 0 && (
        <button
          type="button"
          className="flex h-6 items-center gap-1.5 rounded px-1.5 text-attention hover:bg-hover"
          onClick={open}
        >
          <Sign state="waiting" />
          {count === 1 ? "1 needs you" : `${count} need you`}
        </button>
      )}
    </div>
  );
}

function ThemeButton() {
  const { theme } = useSettings();
  const actions = useActions();
  const dark = useDarkNow(theme);
  return (
    <IconButton
      label={dark ? "Use the light theme" : "Use the dark theme"}
      onClick={() => actions.changeSettings({ theme: dark ? "light" : "dark" })}
    >
      {dark ? <Sun size={15} aria-hidden /> : <Moon size={15} aria-hidden />}
    </IconButton>
  );
}
