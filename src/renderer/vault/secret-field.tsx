/** Where a secret is typed or pasted: never shown, never remembered by the browser, never filled in by it. */
import { useState } from "react";
import { Button, Field, inputClass, TextField } from "../ui/index.ts";

type Shell = { label: string; help?: string; error?: string | null; value: string; onChange: (value: string) => void };

/** Password managers look at more than `autocomplete`. */
const unremembered = { autoComplete: "off", spellCheck: false, "data-1p-ignore": true, "data-lpignore": "true" };

export function PassphraseField({ onChange, ...shell }: Shell & { autoFocus?: boolean }) {
  return <TextField {...shell} {...unremembered} type="password" onChange={(event) => onChange(event.target.value)} />;
}

/** A password field has one line; keys have several, and are typed into a field that shows dots as well. */
export function SecretField({ lines, ...shell }: Shell & { autoFocus?: boolean; lines?: boolean }) {
  const [several, setSeveral] = useState(false);
  if (lines || several) return <HiddenLines {...shell} />;
  return (
    <div className="flex items-start gap-2">
      <div className="min-w-0 flex-1">
        <PassphraseField {...shell} />
      </div>
      <Button className="mt-5" onClick={() => setSeveral(true)}>
        Several lines
      </Button>
    </div>
  );
}

export function HiddenLines({
  value,
  onChange,
  autoFocus,
  ...shell
}: Shell & { autoFocus?: boolean; placeholder?: string }) {
  const { placeholder, ...field } = shell;
  const focus = { autoFocus };
  return (
    <Field {...field}>
      {(wiring) => (
        <textarea
          {...wiring}
          {...unremembered}
          {...focus}
          value={value}
          placeholder={placeholder}
          onChange={(event) => onChange(event.target.value)}
          className={`${inputClass} hidden-text h-auto min-h-20 resize-y py-1.5 font-mono text-sm`}
        />
      )}
    </Field>
  );
}
