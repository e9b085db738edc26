/** Text as a program wrote it, in a box that scrolls by keyboard too. */
export function LogText({ label, children, className }: { label: string; children: string; className?: string }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
      className={`max-h-80 select-text overflow-auto rounded border border-line bg-field p-2 font-mono text-sm ${className ?? ""}`}
    >
      <pre className="font-mono">{children}</pre>
    </section>
  );
}
