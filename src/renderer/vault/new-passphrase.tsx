/** A new passphrase, typed twice, with a hint how good it is. */
import { useState } from "react";
import { Sign } from "../ui/index.ts";
import { PassphraseField } from "./secret-field.tsx";
import { strengthOf } from "./strength.ts";

export type NewPhrase = ReturnType<typeof useNewPassphrase>;

export function useNewPassphrase() {
  const [value, setValue] = useState("");
  const [again, setAgain] = useState("");
  const [checked, setChecked] = useState(false);
  const strength = strengthOf(value);
  const errors = {
    value: checked && strength.level === 0 ? strength.words : null,
    again: checked && again !== value ? "The two are not the same" : null,
  };
  return {
    value,
    setValue,
    again,
    setAgain,
    strength,
    errors,
    /** Shows what is wrong; true when nothing is. */
    check: () => {
      setChecked(true);
      return strength.level > 0 && again === value;
    },
    clear: () => {
      setValue("");
      setAgain("");
      setChecked(false);
    },
  };
}

const signs = ["failed", "lost", "ready", "done"] as const;

export function NewPassphrase({ phrase }: { phrase: NewPhrase }) {
  const { value, strength, errors } = phrase;
  return (
    <div className="flex max-w-md flex-col gap-3">
      <PassphraseField label="New passphrase" value={value} onChange={phrase.setValue} error={errors.value} />
      <p role="status" className="-mt-2 flex h-4 items-center gap-1.5 text-muted text-sm">
        {value !== "" && (
          <>
            <Sign state={signs[strength.level]} />
            {strength.words}
          </>
        )}
      </p>
      <PassphraseField label="The same again" value={phrase.again} onChange={phrase.setAgain} error={errors.again} />
    </div>
  );
}
