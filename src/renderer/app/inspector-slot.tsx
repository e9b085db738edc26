/** The right side, for now filled when a terminal is in front. */
export function InspectorSlot() {
  return null;
}
