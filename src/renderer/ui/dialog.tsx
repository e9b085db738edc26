/** A dialog, for the few things that are not a panel: help, first run, the palette. Esc closes it. */
import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { IconButton } from "./button.tsx";

export type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Width in CSS pixels; never wider than the window. */
  width?: number;
  /** What shall have the keyboard first is marked `data-first-focus`. */
  children: ReactNode;
  /** A click beside it does not close it. */
  stays?: boolean;
  /** What is opened from it takes the keyboard: it is not given back to where it was before. */
  leadsOn?: boolean;
};

export function Dialog({ open, onClose, title, width = 560, children, stays, leadsOn }: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(now) => !now && onClose()} disablePointerDismissal={stays ?? false}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-backdrop" />
        <Base.Popup
          ref={popup}
          initialFocus={() => popup.current?.querySelector<HTMLElement>("[data-first-focus]") ?? true}
          {...(leadsOn ? { finalFocus: false } : {})}
          className="-translate-x-1/2 fixed top-[12vh] left-1/2 z-40 flex max-h-[76vh] max-w-[calc(100vw-32px)] flex-col rounded-md border border-line bg-raised text-text shadow-raised outline-none"
          style={{ width }}
        >
          <div className="flex h-10 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
            <Base.Title className="flex-1 truncate">{title}</Base.Title>
            <Base.Close render={<IconButton label="Close" keys="Esc" />}>
              <X size={14} />
            </Base.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-auto p-4">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
