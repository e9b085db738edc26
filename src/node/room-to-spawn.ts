/**
 * A process whose start fails for want of descriptors costs three of them for good: Node lets go of a child's pipes without closing them then. So it is seen
 * before whether there is room.
 */
import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";

/** Both ends of four pipes, and of one by which the child says that it could not be started. */
const needed = 10;

/** Throws as the system does (`EMFILE`, `ENFILE`) when a child could not be started now. */
export function checkRoomToSpawn(): void {
  if (process.platform === "win32") return;
  const taken: number[] = [];
  try {
    while (taken.length < needed) taken.push(openSync(devNull, "r"));
  } finally {
    for (const descriptor of taken) closeSync(descriptor);
  }
}
