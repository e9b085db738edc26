/** Choosing one of a few. */
import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";

export type Option<Value extends string> = { value: Value; label: string; detail?: string };

export type SelectProps<Value extends string> = {
  label: string;
  value: Value;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
  className?: string;
};

export function Select<Value extends string>({ label, value, options, onChange, className }: SelectProps<Value>) {
  return (
    <Base.Root
      value={value}
      items={options.map((option) => ({ value: option.value, label: option.label }))}
      onValueChange={(chosen) => chosen !== null && onChange(chosen)}
    >
      <Base.Trigger
        aria-label={label}
        className={`inline-flex h-7 min-w-36 items-center justify-between gap-2 rounded border border-line-field bg-field px-2 text-left text-text hover:bg-hover ${className ?? ""}`}
      >
        <Base.Value className="truncate" />
        <Base.Icon className="text-muted">
          <ChevronsUpDown size={12} />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
          <Base.Popup className="max-h-80 min-w-[var(--anchor-width)] overflow-auto rounded-md border border-line bg-raised p-1 text-text shadow-raised outline-none">
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                className="grid h-7 cursor-default grid-cols-[16px_1fr] items-center gap-1 rounded pr-3 pl-1 outline-none data-highlighted:bg-hover"
              >
                <Base.ItemIndicator className="col-start-1">
                  <Check size={12} />
                </Base.ItemIndicator>
                <Base.ItemText className="col-start-2 truncate">{option.label}</Base.ItemText>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
