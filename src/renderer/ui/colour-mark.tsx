/** The colour by which a person tells their bottles apart. It says nothing about how the bottle is, so it is beside the sign and never in it. */
import type { BottleColour } from "#shared/bottles/names.ts";
import { colourName, cssColour } from "./colours.ts";

export function ColourMark({ colour }: { colour: BottleColour | null | undefined }) {
  if (colour == null) return null;
  return (
    <span
      role="img"
      aria-label={colourName(colour)}
      data-tip={colourName(colour)}
      className="inline-block h-3.5 w-1 shrink-0 rounded-full"
      style={{ backgroundColor: cssColour(colour) }}
    />
  );
}
