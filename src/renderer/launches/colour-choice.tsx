/** One of the sixteen colours, or none: swatches in two rows, the name of the chosen one beside them. */
import { useId } from "react";
import { type BottleColour, bottleColours } from "#shared/bottles/names.ts";
import { colourName, cssColour } from "../ui/colours.ts";

export type ColourChoiceProps = { value: BottleColour | null; onChange: (colour: BottleColour | null) => void };

export function ColourChoice({ value, onChange }: ColourChoiceProps) {
  const name = useId();
  return (
    <fieldset className="flex min-w-0 flex-col gap-1">
      <legend className="mb-1 font-medium text-muted text-sm">
        Colour <span className="font-normal text-faint">{value === null ? "none" : colourName(value)}</span>
      </legend>
      <div className="flex flex-wrap gap-1">
        <Swatch name={name} label="none" checked={value === null} onChoose={() => onChange(null)} />
        {bottleColours.map((colour) => (
          <Swatch
            key={colour}
            name={name}
            label={colourName(colour)}
            background={cssColour(colour)}
            checked={value === colour}
            onChoose={() => onChange(colour)}
          />
        ))}
      </div>
    </fieldset>
  );
}

type SwatchProps = { name: string; label: string; background?: string; checked: boolean; onChoose: () => void };

function Swatch({ name, label, background, checked, onChoose }: SwatchProps) {
  return (
    <label
      data-tip={label}
      className={`flex size-6 items-center justify-center rounded border has-focus-visible:outline-2 has-focus-visible:outline-line-focus ${
        checked ? "border-text" : "border-transparent hover:border-line-field"
      }`}
    >
      <input type="radio" name={name} aria-label={label} checked={checked} onChange={onChoose} className="sr-only" />
      <span
        aria-hidden
        className={`size-4 rounded-sm ${background === undefined ? "border border-line-field" : ""}`}
        style={background === undefined ? undefined : { backgroundColor: background }}
      />
    </label>
  );
}
