/** Beside a terminal: the colour of the bottle it is in, where a person gave it one. */
import { useBottle } from "../live/index.ts";
import { ColourMark } from "../ui/index.ts";

export function BottleMark({ bottleId }: { bottleId: string }) {
  return <ColourMark colour={useBottle(bottleId)?.colour} />;
}
