/** Menus from a list of items; a context menu is the same list on the right button. */
import { ContextMenu as BaseContextMenu } from "@base-ui/react/context-menu";
import { Menu as BaseMenu } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";

export type MenuItem =
  | {
      label: string;
      run: () => void;
      keys?: string | undefined;
      icon?: ReactNode;
      danger?: boolean;
      /** Why it cannot be chosen now. */
      unavailable?: string | undefined;
    }
  | "separator";

const popupClass = "min-w-44 max-w-80 rounded-md border border-line bg-raised p-1 text-text shadow-raised outline-none";
const itemClass =
  "flex h-7 cursor-default items-center gap-2 rounded px-2 outline-none data-disabled:text-faint data-highlighted:bg-hover";

function Items({ items }: { items: readonly MenuItem[] }) {
  return items.map((item, index) =>
    item === "separator" ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: separators have nothing else, and the list is rebuilt as a whole
      <BaseMenu.Separator key={index} className="my-1 h-px bg-line" />
    ) : (
      <BaseMenu.Item
        key={item.label}
        disabled={item.unavailable !== undefined}
        data-tip={item.unavailable}
        className={`${itemClass} ${item.danger ? "text-negative" : ""}`}
        onClick={item.run}
      >
        {item.icon && <span className="text-muted">{item.icon}</span>}
        <span className="flex-1 truncate">{item.label}</span>
        {item.keys && <span className="pl-4 text-sm text-faint">{item.keys}</span>}
      </BaseMenu.Item>
    ),
  );
}

export function Menu({ trigger, items }: { trigger: ReactElement; items: readonly MenuItem[] }) {
  return (
    <BaseMenu.Root modal={false}>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={4} align="start" className="z-50 outline-none">
          <BaseMenu.Popup className={popupClass}>
            <Items items={items} />
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

/** `items` is asked for when it opens, so that rows need not compute it. */
export function ContextMenu({ items, children }: { items: () => readonly MenuItem[]; children: ReactElement }) {
  return (
    <BaseContextMenu.Root>
      <BaseContextMenu.Trigger render={children} />
      <BaseContextMenu.Portal>
        <BaseContextMenu.Positioner className="z-50 outline-none">
          <BaseContextMenu.Popup className={popupClass}>
            <LateItems items={items} />
          </BaseContextMenu.Popup>
        </BaseContextMenu.Positioner>
      </BaseContextMenu.Portal>
    </BaseContextMenu.Root>
  );
}

function LateItems({ items }: { items: () => readonly MenuItem[] }) {
  return <Items items={items()} />;
}
