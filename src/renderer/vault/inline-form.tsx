/** A form inside a screen: Enter submits, Esc leaves, the problem stands where the button is. */
import { type FormEvent, type ReactNode, useId } from "react";
import type { Problem } from "#shared/contract/base.ts";
import { Button, ProblemNote } from "../ui/index.ts";

export type InlineFormProps = {
  title: string;
  submit: string;
  onSubmit: () => void;
  onCancel?: () => void;
  busy?: boolean;
  danger?: boolean;
  disabled?: boolean;
  problem?: Problem | null;
  /** Beside the buttons of a problem: a way on. */
  wayOn?: ReactNode;
  children?: ReactNode;
};

export function InlineForm(props: InlineFormProps) {
  const { title, submit, onSubmit, onCancel, busy = false, danger, disabled, problem, wayOn, children } = props;
  const id = useId();
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && !disabled) onSubmit();
  };
  return (
    <form
      aria-labelledby={id}
      autoComplete="off"
      className="flex flex-col gap-3 rounded border border-line-field bg-field p-3"
      onSubmit={send}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !onCancel) return;
        event.stopPropagation();
        onCancel();
      }}
    >
      <h3 id={id}>{title}</h3>
      {children}
      {problem && <ProblemNote problem={problem}>{wayOn}</ProblemNote>}
      <div className="flex gap-2">
        <Button type="submit" look={danger ? "danger" : "primary"} busy={busy} disabled={disabled ?? false}>
          {submit}
        </Button>
        {onCancel && <Button onClick={onCancel}>Cancel</Button>}
      </div>
    </form>
  );
}
