/** Choosing one of a few where each needs a sentence, and some cannot be had: radio rows that say why. */
import { useId } from "react";

export type Choice<Value extends string> = {
  value: Value;
  label: string;
  detail: string;
  /** Why it cannot be chosen; it is shown instead of the detail. */
  unavailable?: string | undefined;
};

export type ChoicesProps<Value extends string> = {
  label: string;
  value: Value | null;
  choices: readonly Choice<Value>[];
  onChange: (value: Value) => void;
};

export function Choices<Value extends string>({ label, value, choices, onChange }: ChoicesProps<Value>) {
  const name = useId();
  return (
    <fieldset className="flex flex-col">
      <legend className="mb-1 font-medium text-muted text-sm">{label}</legend>
      <div className="overflow-hidden rounded border border-line-field">
        {choices.map((choice) => (
          <label
            key={choice.value}
            className={`flex items-start gap-2 border-line border-b px-2.5 py-1.5 last:border-b-0 has-focus-visible:bg-hover ${
              choice.unavailable ? "" : "hover:bg-hover"
            } ${value === choice.value ? "bg-selected hover:bg-selected" : "bg-field"}`}
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={value === choice.value}
              disabled={choice.unavailable !== undefined}
              onChange={() => onChange(choice.value)}
              className="mt-[3px] size-3 shrink-0 accent-accent"
            />
            <span className="min-w-0 flex-1">
              <span className={choice.unavailable ? "text-muted" : "text-text"}>{choice.label}</span>
              <span className={`block text-sm ${value === choice.value ? "text-muted" : "text-faint"}`}>
                {choice.unavailable ?? choice.detail}
              </span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
