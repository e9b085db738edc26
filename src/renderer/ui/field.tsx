/** Form fields: label above, help under, error beside the field it is about. */
import { Switch as BaseSwitch } from "@base-ui/react/switch";
import { type InputHTMLAttributes, type ReactNode, type Ref, type TextareaHTMLAttributes, useId } from "react";
import { Sign } from "./state-sign.tsx";

export const inputClass =
  "h-7 w-full min-w-0 rounded border border-line-field bg-field px-2 text-text placeholder:text-faint hover:border-muted aria-invalid:border-negative disabled:opacity-60";

export type FieldShell = {
  label: string;
  /** For a label that the place already says; it is still read out. */
  hideLabel?: boolean;
  help?: ReactNode;
  error?: string | null | undefined;
};

type Wiring = { id: string; "aria-invalid": boolean | undefined; "aria-describedby": string | undefined };

export function Field({
  label,
  hideLabel,
  help,
  error,
  children,
}: FieldShell & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const said = [error ? `${id}-error` : null, help ? `${id}-help` : null].filter(Boolean).join(" ");
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className={hideLabel ? "sr-only" : "font-medium text-muted text-sm"}>
        {label}
      </label>
      {children({ id, "aria-invalid": error ? true : undefined, "aria-describedby": said || undefined })}
      {error && (
        <p id={`${id}-error`} role="alert" className="flex items-start gap-1.5 text-negative text-sm">
          <Sign state="failed" className="mt-0.5" />
          <span className="min-w-0 break-words">{error}</span>
        </p>
      )}
      {help && (
        <div id={`${id}-help`} className="text-faint text-sm">
          {help}
        </div>
      )}
    </div>
  );
}

export type TextFieldProps = FieldShell &
  Omit<InputHTMLAttributes<HTMLInputElement>, "id"> & { ref?: Ref<HTMLInputElement>; code?: boolean };

export function TextField({ label, hideLabel, help, error, code, className, ...rest }: TextFieldProps) {
  return (
    <Field label={label} {...(hideLabel ? { hideLabel } : {})} help={help} error={error}>
      {(wiring) => (
        <input
          autoComplete="off"
          spellCheck={false}
          {...rest}
          {...wiring}
          className={`${inputClass} ${code ? "font-mono text-sm" : ""} ${className ?? ""}`}
        />
      )}
    </Field>
  );
}

export type TextAreaProps = FieldShell &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "id"> & { ref?: Ref<HTMLTextAreaElement> };

export function TextArea({ label, hideLabel, help, error, className, ...rest }: TextAreaProps) {
  return (
    <Field label={label} {...(hideLabel ? { hideLabel } : {})} help={help} error={error}>
      {(wiring) => (
        <textarea
          {...rest}
          {...wiring}
          className={`${inputClass} h-auto min-h-16 resize-y py-1.5 leading-[18px] ${className ?? ""}`}
        />
      )}
    </Field>
  );
}

export type SwitchProps = { label: string; checked: boolean; onChange: (checked: boolean) => void; disabled?: boolean };

/** The switch alone; its label is for the ear and stands beside it in the row. */
export function Switch({ label, checked, onChange, disabled }: SwitchProps) {
  return (
    <BaseSwitch.Root
      aria-label={label}
      checked={checked}
      disabled={disabled ?? false}
      onCheckedChange={onChange}
      className="relative inline-flex h-5 w-9 shrink-0 items-center rounded-full border border-line-field bg-field p-0.5 transition-colors duration-[var(--motion)] data-checked:border-accent data-checked:bg-accent"
    >
      <BaseSwitch.Thumb className="size-3.5 rounded-full bg-muted transition-transform duration-[var(--motion)] data-checked:translate-x-4 data-checked:bg-on-accent" />
    </BaseSwitch.Root>
  );
}
