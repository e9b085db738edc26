/**
 * The window's frame with its named slots. It knows sizes, what is folded away, and when a side becomes an overlay because the
 * window is narrow; it does not know what stands in the slots.
 */
import "./title-bar.css";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { clamp, inspectorLimits, sidebarLimits, useLayout } from "../app/layout.ts";
import { useDock } from "../dock/panels.tsx";
import { hideOver, type Side, useNarrow, useShown } from "./sides.ts";

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

export function Frame({ topBar, banners, sidebar, center, inspector, jobs, statusBar }: FrameSlots) {
  const { sidebarWidth, inspectorWidth, jobsOpen } = useLayout();
  const sidebarShown = useShown("sidebar");
  const inspectorShown = useShown("inspector");
  const front = useDock((state) => state.frontId);
  // biome-ignore lint/correctness/useExhaustiveDependencies: something else in front is the reason, not an input
  useEffect(hideOver, [front]);
  return (
    <div className="flex h-full flex-col bg-chrome">
      <header className="title-bar z-30 flex h-[var(--bar-top)] shrink-0 items-center border-b border-line">
        {topBar}
      </header>
      {banners}
      <div className="relative flex min-h-0 flex-1">
        {sidebarShown && (
          <SideSlot side="left" label="Workspaces and terminals" width={sidebarWidth} limits={sidebarLimits}>
            {sidebar}
          </SideSlot>
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
        {inspectorShown && (
          <SideSlot side="right" label="Inspector" width={inspectorWidth} limits={inspectorLimits}>
            {inspector}
          </SideSlot>
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
  limits: { least: number; most: number };
  children: ReactNode;
};

function SideSlot({ side, label, width, limits, children }: SideProps) {
  const left = side === "left";
  const name: Side = left ? "sidebar" : "inspector";
  const over = useNarrow(name);
  const Landmark = left ? "nav" : "aside";
  return (
    <>
      {over && <div className="absolute inset-0 z-20 bg-backdrop" aria-hidden onClick={hideOver} />}
      <Landmark
        aria-label={label}
        onKeyDown={(event) => {
          if (event.key === "Escape") hideOver();
        }}
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
function Divider({ side, label, width, limits }: Omit<SideProps, "children">) {
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
