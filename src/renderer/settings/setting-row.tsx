/** One setting: what it is called, what it does, its control, and the way back to the default where it was changed. */
import { RotateCcw } from "lucide-react";
import { type ReactNode, useEffect, useId, useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import { grouped, IconButton, inputClass, Select, Sign, Switch, sentence } from "../ui/index.ts";
import type { Control } from "./catalogue.ts";
import { shownValue } from "./changed.ts";
import { Marked } from "./marked.tsx";
import { PaletteChoice } from "./palette-choice.tsx";
import { ShortcutInput } from "./shortcut-input.tsx";

export type SettingRowProps = {
  /** As settings.json calls it. */
  name: string;
  label: string;
  help: string;
  control: Control;
  value: unknown;
  fallback: unknown;
  onChange: (value: unknown) => void;
  onReset: () => void;
  problem: Problem | null;
};

export function SettingRow({
  name,
  label,
  help,
  control,
  value,
  fallback,
  onChange,
  onReset,
  problem,
}: SettingRowProps) {
  const changed = value !== fallback;
  const wide = control.type === "palette";
  return (
    <div
      data-setting={name}
      className={`flex gap-x-6 gap-y-2 border-line border-b py-2.5 ${wide ? "flex-col" : "items-start @max-[560px]:flex-col"}`}
    >
      <div className="min-w-0 flex-1">
        <p className="flex h-6 items-center gap-1 font-medium">
          <span data-tip={name}>
            <Marked>{label}</Marked>
          </span>
          {changed && (
            <>
              <span className="font-normal text-accent text-sm">changed</span>
              <IconButton
                label={`Reset ${label.toLowerCase()} to ${shownValue(control, fallback).toLowerCase()}`}
                onClick={onReset}
              >
                <RotateCcw size={12} aria-hidden />
              </IconButton>
            </>
          )}
        </p>
        <p className="max-w-[60ch] text-muted">
          <Marked>{help}</Marked>
          {control.type === "number" && (
            <span className="tabular text-faint">
              {" "}
              {grouped(control.least)} to {grouped(control.most)} {control.unit}.
            </span>
          )}
        </p>
        {problem && (
          <p role="alert" className="mt-1 flex items-start gap-1.5 text-negative">
            <Sign state="failed" className="mt-[3px]" />
            {sentence(problem.message)}
          </p>
        )}
      </div>
      <div className={wide ? "" : "flex min-h-7 w-64 shrink-0 items-center justify-end @max-[560px]:justify-start"}>
        <ControlView label={label} control={control} value={value} onChange={onChange} />
      </div>
    </div>
  );
}

type ControlProps = { label: string; control: Control; value: unknown; onChange: (value: unknown) => void };

function ControlView({ label, control, value, onChange }: ControlProps): ReactNode {
  switch (control.type) {
    case "switch":
      return <Switch label={label} checked={value === true} onChange={onChange} />;
    case "select":
      return (
        <Select label={label} value={String(value)} options={control.options} onChange={onChange} className="w-full" />
      );
    case "number":
      return <NumberInput label={label} value={Number(value)} control={control} onChange={onChange} />;
    case "text":
      return <TextInput label={label} value={String(value)} control={control} onChange={onChange} />;
    case "palette":
      return <PaletteChoice value={String(value)} onChange={onChange} />;
    case "shortcut":
      return <ShortcutInput label={label} value={String(value)} onChange={onChange} />;
  }
}

type NumberProps = {
  label: string;
  value: number;
  control: Extract<Control, { type: "number" }>;
  onChange: (value: number) => void;
};

/** Takes effect when it is left or Enter is pressed: half a number is no wish. */
function NumberInput({ label, value, control: { least, most, unit }, onChange }: NumberProps) {
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const wanted = Number(text);
  const wrong = text.trim() === "" || !Number.isInteger(wanted) || wanted < least || wanted > most;
  const commit = () => {
    if (wrong) setText(String(value));
    else if (wanted !== value) onChange(wanted);
  };
  return (
    <span className="flex items-center gap-2">
      {wrong && (
        <span className="text-negative text-sm">
          {least} to {most}
        </span>
      )}
      <input
        aria-label={`${label}, ${unit}`}
        aria-invalid={wrong || undefined}
        type="number"
        min={least}
        max={most}
        value={text}
        className={`${inputClass} tabular w-24! text-right`}
        onChange={(event) => {
          setText(event.target.value);
          // Arrows and the wheel give whole wishes.
          const { inputType } = event.nativeEvent as InputEvent;
          const now = Number(event.target.value);
          if (inputType === undefined && Number.isInteger(now) && now >= least && now <= most) onChange(now);
        }}
        onBlur={commit}
        onKeyDown={(event) => event.key === "Enter" && commit()}
      />
      <span className="w-8 text-muted">{unit}</span>
    </span>
  );
}

type TextProps = {
  label: string;
  value: string;
  control: Extract<Control, { type: "text" }>;
  onChange: (value: string) => void;
};

function TextInput({ label, value, control: { placeholder, code }, onChange }: TextProps) {
  const id = useId();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const commit = () => text !== value && onChange(text);
  return (
    <input
      id={id}
      aria-label={label}
      value={text}
      placeholder={placeholder}
      spellCheck={false}
      autoComplete="off"
      className={`${inputClass} ${code ? "font-mono text-sm" : ""}`}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === "Enter" && commit()}
    />
  );
}
