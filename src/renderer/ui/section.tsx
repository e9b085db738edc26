/** The inside of a screen. The dock names the panel around it, so it is no landmark of its own. */
import type { ReactNode } from "react";

export function Screen({ children }: { children: ReactNode }) {
  return <div className="@container h-full overflow-auto bg-panel">{children}</div>;
}
