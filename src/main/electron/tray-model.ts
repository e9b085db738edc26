/** What the tray shows for a state of things: image, words and entries. Pure. */
import { signs } from "#shared/states.ts";
import type { Attention } from "../desktop.ts";

export type TrayState = Attention & { pausedUntil: string | null };

/** Each is a shape of its own. */
export const trayImages = ["idle", "running", "needs", "failed"] as const;
export type TrayImage = (typeof trayImages)[number];

export type TrayCommand =
  | { type: "show" | "running" | "notifications" | "newTerminal" | "newWorkspace" | "launch" | "quit" | "endAndQuit" }
  | { type: "terminal"; terminalId: string; workspaceId: string | null }
  /** Files and folders that were dropped on it. */
  | { type: "dropped"; paths: readonly string[] }
  /** 0 minutes end a pause. */
  | { type: "pause"; minutes: number };

/** Without a command it is only to be read. */
export type TrayEntry = { label: string; command: TrayCommand | null } | "separator";

export type TrayModel = {
  image: TrayImage;
  toolTip: string;
  /** Beside the image in macOS's menu bar. */
  title: string;
  entries: TrayEntry[];
};

export function trayModel(state: TrayState, now: number): TrayModel {
  const paused = state.pausedUntil !== null && Date.parse(state.pausedUntil) > now ? state.pausedUntil : null;
  const summary = summaryOf(state, paused);
  return {
    image: imageOf(state),
    toolTip: `Cellar: ${summary}`,
    title: state.needsYou > 0 ? String(state.needsYou) : "",
    entries: [
      { label: capitalised(summary), command: null },
      "separator",
      { label: "Show Cellar", command: { type: "show" } },
      ...activeEntries(state),
      "separator",
      { label: "New terminal", command: { type: "newTerminal" } },
      { label: "New workspace…", command: { type: "newWorkspace" } },
      { label: "Run a task…", command: { type: "launch" } },
      "separator",
      paused === null
        ? { label: "Pause notifications for an hour", command: { type: "pause", minutes: 60 } }
        : { label: "Resume notifications", command: { type: "pause", minutes: 0 } },
      "separator",
      { label: "Quit (terminals go on)", command: { type: "quit" } },
      ...(state.running > 0
        ? ([{ label: "Quit and end everything…", command: { type: "endAndQuit" } }] satisfies TrayEntry[])
        : []),
    ],
  };
}

/** What a person has to do comes before what went wrong, and that before what goes well. */
export function imageOf({ asking, failed, running }: Attention): TrayImage {
  if (asking > 0) return "needs";
  if (failed > 0) return "failed";
  return running > 0 ? "running" : "idle";
}

function summaryOf({ running, needsYou, failed, unseen }: Attention, paused: string | null): string {
  const parts = [
    running === 0 ? "nothing runs" : `${running} running`,
    needsYou > 0 && (needsYou === 1 ? "1 needs you" : `${needsYou} need you`),
    failed > 0 && `${failed} failed`,
    unseen > 0 && `${unseen} new`,
    paused !== null && `paused until ${clock(paused)}`,
  ];
  return parts.filter(Boolean).join(" · ");
}

function activeEntries({ active, running, needsYou, unseen }: Attention): TrayEntry[] {
  const entryOf = ({ id, workspaceId, label, state, words }: Attention["active"][number]): TrayEntry => ({
    label: escaped(`${signs[state].sign} ${label}: ${words}`),
    command: { type: "terminal", terminalId: id, workspaceId },
  });
  const needing = active.filter(({ needsYou }) => needsYou).map(entryOf);
  const others = active.filter(({ needsYou }) => !needsYou).map(entryOf);
  const more = running > others.length + needing.length;
  return [
    ...(needing.length > 0 ? (["separator", { label: "Needs you", command: null }] satisfies TrayEntry[]) : []),
    ...needing,
    ...(others.length > 0 ? (["separator", { label: "Running", command: null }] satisfies TrayEntry[]) : []),
    ...others,
    ...(more ? ([{ label: `All ${running} that run…`, command: { type: "running" } }] satisfies TrayEntry[]) : []),
    // What bottles ask has no terminal to lead to; the list has it with its answers.
    ...(unseen > 0 || needsYou > needing.length
      ? (["separator", { label: "Notifications…", command: { type: "notifications" } }] satisfies TrayEntry[])
      : []),
  ];
}

/** In a menu's label `&` marks the key of its entry. */
function escaped(label: string): string {
  return label.replaceAll("&", "&&");
}

function clock(iso: string): string {
  const time = new Date(iso);
  return `${String(time.getHours()).padStart(2, "0")}:${String(time.getMinutes()).padStart(2, "0")}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
