/** The sixteen colours of a terminal as Cellar's own palettes have them, in the theme of the window. Pure. */
import { type BottleColour, bottleColours } from "#shared/bottles/names.ts";
import { palettes } from "#shared/settings/palettes.ts";

const [dark, light] = ["cellar-dark", "cellar-light"].map((id) => palettes.find((palette) => palette.id === id));

/** A CSS colour. */
export function cssColour(colour: BottleColour): string {
  const index = bottleColours.indexOf(colour);
  return `light-dark(${light?.colours[index]}, ${dark?.colours[index]})`;
}

/** "bright red" */
export function colourName(colour: BottleColour): string {
  return colour.replace("-", " ");
}
