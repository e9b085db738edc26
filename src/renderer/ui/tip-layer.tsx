/**
 * One tooltip for the whole window: any element with `data-tip` (several lines allowed) shows it on hover and on keyboard focus.
 * One listener instead of a component per sign keeps a sidebar of three hundred terminals light.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "react";

const hoverMs = 450;
/** Moving on to the next element shows its tip at once. */
const warmMs = 600;
const gap = 6;

type Tip = { text: string; anchor: DOMRect };

export function TipLayer() {
  const [tip, setTip] = useState<Tip | null>(null);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let current: Element | null = null;
    let hiddenAt = 0;
    const hide = () => {
      clearTimeout(timer);
      if (current) hiddenAt = Date.now();
      current = null;
      setTip(null);
    };
    const show = (element: Element) => {
      const text = element.getAttribute("data-tip");
      if (text && element.isConnected) setTip({ text, anchor: element.getBoundingClientRect() });
    };
    const enter = (event: Event) => {
      const element = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
      if (element === current) return;
      hide();
      if (!element) return;
      if (event.type === "focusin" && !element.matches(":focus-visible")) return;
      current = element;
      const wait = Date.now() - hiddenAt < warmMs ? 60 : hoverMs;
      timer = setTimeout(() => show(element), wait);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key === "Escape" || !event.repeat) hide();
    };
    const listen: [string, (event: never) => void][] = [
      ["pointerover", enter],
      ["focusin", enter],
      ["focusout", hide],
      ["pointerdown", hide],
      ["wheel", hide],
      ["keydown", key],
    ];
    for (const [name, handler] of listen) {
      document.addEventListener(name, handler as EventListener, { passive: true, capture: true });
    }
    return () => {
      clearTimeout(timer);
      for (const [name, handler] of listen) document.removeEventListener(name, handler as EventListener, true);
    };
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (!tip || !element) return;
    const { anchor } = tip;
    const { width, height } = element.getBoundingClientRect();
    const below = anchor.bottom + gap + height <= window.innerHeight;
    const top = below ? anchor.bottom + gap : anchor.top - gap - height;
    const centred = anchor.left + anchor.width / 2 - width / 2;
    element.style.top = `${Math.max(4, top)}px`;
    element.style.left = `${Math.min(Math.max(4, centred), window.innerWidth - width - 4)}px`;
    element.style.visibility = "visible";
  }, [tip]);

  if (!tip) return null;
  const [first, ...more] = tip.text.split("\n");
  return (
    <div
      ref={box}
      role="tooltip"
      className="pointer-events-none invisible fixed z-[100] max-w-80 rounded border border-line bg-raised px-2 py-1 text-sm text-text shadow-raised"
    >
      <div className="break-words">{first}</div>
      {more.map((line) => (
        <div key={line} className="break-words text-muted">
          {line}
        </div>
      ))}
    </div>
  );
}
