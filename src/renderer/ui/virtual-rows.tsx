/** Rows of one height in a scrolling box; only those in view (and a few around) are in the document. */
import {
  type HTMLAttributes,
  type ReactNode,
  type Ref,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";

export type VirtualRowsHandle = { element: HTMLDivElement; reveal(index: number): void };

export type VirtualRowsProps = Omit<HTMLAttributes<HTMLDivElement>, "children"> & {
  count: number;
  /** CSS pixels, the same for every row. */
  rowHeight: number;
  row: (index: number) => ReactNode;
  handle?: Ref<VirtualRowsHandle>;
  /** Rows wider than the box, as a CSS length; the box then scrolls sideways too. */
  contentWidth?: string;
};

/** Rows kept above and below the visible ones, so that a quick scroll does not show empty space. */
const around = 10;

export function VirtualRows({ count, rowHeight, row, handle, contentWidth, className, ...rest }: VirtualRowsProps) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useImperativeHandle(handle, () => ({
    get element() {
      return box.current as HTMLDivElement;
    },
    reveal(index) {
      const element = box.current;
      if (!element) return;
      const top = index * rowHeight;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + rowHeight > element.scrollTop + element.clientHeight) {
        element.scrollTop = top + rowHeight - element.clientHeight;
      }
    },
  }));

  const first = Math.max(0, Math.floor(view.top / rowHeight) - around);
  const last = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + around);
  const rows: ReactNode[] = [];
  for (let index = first; index < last; index++) rows.push(row(index));
  return (
    <div
      ref={box}
      className={`overflow-y-auto ${contentWidth ? "overflow-x-auto" : "overflow-x-hidden"} ${className ?? ""}`}
      onScroll={(event) => {
        const { scrollTop, clientHeight } = event.currentTarget;
        setView((before) =>
          Math.floor(before.top / rowHeight) === Math.floor(scrollTop / rowHeight) && before.height === clientHeight
            ? before
            : { top: scrollTop, height: clientHeight },
        );
      }}
      {...rest}
    >
      <div role="presentation" style={{ height: count * rowHeight, position: "relative", minWidth: contentWidth }}>
        <div role="presentation" style={{ position: "absolute", insetInline: 0, top: first * rowHeight }}>
          {rows}
        </div>
      </div>
    </div>
  );
}
