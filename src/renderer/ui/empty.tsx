/** Nothing here yet: one sentence, one button. */
import type { ReactNode } from "react";

export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-3 p-6 text-center text-muted">
      <p className="max-w-md">{children}</p>
      {action}
    </div>
  );
}
