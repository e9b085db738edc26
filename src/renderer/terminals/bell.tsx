/** The bell as a faint flash over the terminal. With reduced motion a still line instead. */
import { useEffect, useState } from "react";

const shownMs = 160;

export function BellFlash({ bells }: { bells: number }) {
  const [shown, setShown] = useState(0);
  useEffect(() => {
    if (bells === 0) return;
    setShown(bells);
    const timer = setTimeout(() => setShown(0), shownMs);
    return () => clearTimeout(timer);
  }, [bells]);
  if (shown === 0) return null;
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute inset-0 z-10 bg-attention/10 motion-reduce:border-attention motion-reduce:border-t-2 motion-reduce:bg-transparent"
    />
  );
}
