/** The fields of the two limits, in the launch form and on a bottle's page. */
import { TextField } from "../ui/index.ts";
import { type LimitText, limitsFrom } from "./limit-text.ts";

export type LimitFieldsProps = {
  value: LimitText;
  onChange: (value: LimitText) => void;
  /** What holds when a field stays empty. */
  placeholder?: { dollars: string; tokens: string };
  autoFocus?: boolean;
};

export function LimitFields({ value, onChange, placeholder, autoFocus }: LimitFieldsProps) {
  const { wrong } = limitsFrom(value);
  return (
    <div className="flex flex-wrap gap-3">
      <div className="w-40">
        <TextField
          label="Cost limit, US dollars"
          inputMode="decimal"
          autoFocus={autoFocus}
          value={value.dollars}
          error={wrong.dollars}
          placeholder={placeholder?.dollars ?? "none"}
          onChange={(event) => onChange({ ...value, dollars: event.target.value })}
        />
      </div>
      <div className="w-40">
        <TextField
          label="Token limit"
          inputMode="numeric"
          value={value.tokens}
          error={wrong.tokens}
          placeholder={placeholder?.tokens ?? "none"}
          onChange={(event) => onChange({ ...value, tokens: event.target.value })}
        />
      </div>
    </div>
  );
}
