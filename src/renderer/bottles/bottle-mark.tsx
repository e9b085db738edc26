/** Beside a terminal: the colour of the bottle it is in, where a person gave it one. */
import { useBottle } from "../live/index.ts";
import { ColourMark } from "./colour-mark.tsx";

export function BottleMark({ bottleId }: { bottleId: string }) {
  return <ColourMark colour={useBottle(bottleId)?.colour} />;
}
