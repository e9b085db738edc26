/** A line above everything, for what concerns the whole window. */
import type { ReactNode } from "react";
import type { State } from "#shared/states.ts";
import { Sign } from "./state-sign.tsx";

type Tone = "neutral" | "warning" | "negative";

const tones: Record<Tone, { state: State | null; className: string }> = {
  neutral: { state: null, className: "bg-raised" },
  warning: { state: "lost", className: "bg-warning-tint" },
  negative: { state: "failed", className: "bg-negative-tint" },
};

/** `neutral` asks for nothing and is not read out at once. */
export function Banner({ tone, children, action }: { tone: Tone; children: ReactNode; action?: ReactNode }) {
  const { state, className } = tones[tone];
  return (
    <div
      role={tone === "neutral" ? "status" : "alert"}
      className={`flex min-h-9 items-center gap-2 border-line border-b px-3 py-1 ${className}`}
    >
      {state && <Sign state={state} />}
      <p className="min-w-0 flex-1">{children}</p>
      {action}
    </div>
  );
}
