/**
 * The window's frame with its named slots. It knows sizes, what is folded away, and when a side becomes an overlay because the
 * window is narrow; it does not know what stands in the slots.
 */
import { type KeyboardEvent, type ReactNode, useRef, useSyncExternalStore } from "react";
import { clamp, inspectorLimits, sidebarLimits, useLayout } from "./layout.ts";

export type FrameSlots = {
  topBar: ReactNode;
  /** What concerns the whole window; takes no room while there is nothing. */
  banners: ReactNode;
  sidebar: ReactNode;
  center: ReactNode;
  inspector: ReactNode;
  /** Above the status bar; only while open. */
  jobs: ReactNode;
  statusBar: ReactNode;
};

/** Below these the side lies over the middle instead of beside it. CSS pixels. */
const inspectorNeeds = 900;
const sidebarNeeds = 700;

export function Frame({ topBar, banners, sidebar, center, inspector, jobs, statusBar }: FrameSlots) {
  const { sidebarOpen, sidebarWidth, inspectorOpen, inspectorWidth, jobsOpen } = useLayout();
  const sidebarOver = useNarrower(sidebarNeeds);
  const inspectorOver = useNarrower(inspectorNeeds);
  return (
    <div className="flex h-full flex-col bg-chrome">
      <header className="z-30 flex h-[var(--bar-top)] shrink-0 items-center border-b border-line">{topBar}</header>
      {banners}
      <div className="relative flex min-h-0 flex-1">
        {sidebarOpen && (
          <Side
            side="left"
            label="Workspaces and terminals"
            width={sidebarWidth}
            over={sidebarOver}
            limits={sidebarLimits}
          >
            {sidebar}
          </Side>
        )}
        <div className="flex min-w-0 flex-1 flex-col">
          <main className="relative min-h-0 flex-1 bg-panel">{center}</main>
          {jobsOpen && (
            <section
              aria-label="Jobs"
              className="h-40 max-h-[40%] shrink-0 overflow-auto border-t border-line bg-panel"
            >
              {jobs}
            </section>
          )}
        </div>
        {inspectorOpen && (
          <Side side="right" label="Inspector" width={inspectorWidth} over={inspectorOver} limits={inspectorLimits}>
            {inspector}
          </Side>
        )}
      </div>
      <footer className="flex h-[var(--bar-status)] shrink-0 items-center border-t border-line">{statusBar}</footer>
    </div>
  );
}

type SideProps = {
  side: "left" | "right";
  label: string;
  width: number;
  over: boolean;
  limits: { least: number; most: number };
  children: ReactNode;
};

function Side({ side, label, width, over, limits, children }: SideProps) {
  const left = side === "left";
  const Landmark = left ? "nav" : "aside";
  const close = () => useLayout.setState(left ? { sidebarOpen: false } : { inspectorOpen: false });
  return (
    <>
      {over && <div className="absolute inset-0 z-20 bg-backdrop" aria-hidden onClick={close} />}
      <Landmark
        aria-label={label}
        className={`flex min-h-0 shrink-0 bg-chrome ${left ? "border-r" : "border-l"} border-line ${
          over ? `absolute inset-y-0 z-20 shadow-raised ${left ? "left-0" : "right-0"}` : "relative"
        }`}
        style={{ width, maxWidth: "85vw" }}
      >
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">{children}</div>
        <Divider side={side} label={label} width={width} limits={limits} />
      </Landmark>
    </>
  );
}

/** Drag, or arrow keys, to change a side's width. */
function Divider({ side, label, width, limits }: Omit<SideProps, "children" | "over">) {
  const from = useRef<{ x: number; width: number } | null>(null);
  const left = side === "left";
  const set = (wanted: number) => {
    const now = clamp(wanted, limits);
    useLayout.setState(left ? { sidebarWidth: now } : { inspectorWidth: now });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowLeft" ? -16 : event.key === "ArrowRight" ? 16 : 0;
    if (step === 0) return;
    event.preventDefault();
    set(width + (left ? step : -step));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved has a value, which hr has not
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${label.toLowerCase()}`}
      aria-valuenow={width}
      aria-valuemin={limits.least}
      aria-valuemax={limits.most}
      tabIndex={0}
      className={`absolute inset-y-0 z-10 w-[5px] cursor-col-resize touch-none hover:bg-line-focus/40 ${left ? "-right-[3px]" : "-left-[3px]"}`}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (from.current) set(from.current.width + (event.clientX - from.current.x) * (left ? 1 : -1));
      }}
      onPointerUp={() => {
        from.current = null;
      }}
    />
  );
}

export function useNarrower(width: number): boolean {
  const query = `(max-width: ${width - 1}px)`;
  return useSyncExternalStore(
    (changed) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => window.matchMedia(query).matches,
  );
}
