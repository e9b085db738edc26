/** A shortcut as the keyboard shows it. */
export function Keys({ children }: { children: string }) {
  return (
    <kbd className="whitespace-nowrap rounded-sm border border-line bg-field px-1 font-sans text-xs text-muted">
      {children}
    </kbd>
  );
}
