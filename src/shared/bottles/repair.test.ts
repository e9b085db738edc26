import { expect, test } from "vitest";
import { withoutCommand } from "./repair.ts";

test.each([
  ["The kernel allows none; allow them with: sudo x y=1", "sudo x y=1", "The kernel allows none; allow them with:"],
  ["Allow them with: sudo x=0 (to keep it, write it down)", "sudo x=0", "Allow them with (to keep it, write it down):"],
  ["Install it (sudo apt install d) or get D.", "sudo apt install d", "Install it or get D:"],
  ["It runs on Linux only.", null, "It runs on Linux only."],
])("a reason whose command stands below it reads on: %s", (reason, repair, shown) => {
  expect(withoutCommand(reason, repair)).toBe(shown);
});
