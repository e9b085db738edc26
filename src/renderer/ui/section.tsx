/** The inside of a screen: a heading with its actions, and a measure that can be read. */
import type { ReactNode } from "react";

export function Screen({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section aria-label={label} className="@container h-full overflow-auto bg-panel">
      {children}
    </section>
  );
}

export function SectionHead({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex h-9 items-center gap-2">
      <h2 className="min-w-0 flex-1 truncate">{title}</h2>
      {children}
    </div>
  );
}
