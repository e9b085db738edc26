import { expect, test } from "vitest";
import { settings } from "#shared/contract/settings.ts";
import { settingWords } from "./catalogue.ts";
import { changedNotifications, changedSettings, defaults, shownValue, undoOfReset } from "./changed.ts";

test("what was changed is named, and undoing a reset brings exactly that back", () => {
  expect([changedSettings(defaults), changedNotifications(defaults), undoOfReset(defaults)]).toEqual([[], [], {}]);
  const mine = settings.parse({ theme: "dark", scrollback: 2000, notify: { bell: false }, lastProgramId: "claude" });
  expect(changedSettings(mine)).toEqual(["theme", "scrollback"]);
  expect(changedNotifications(mine)).toEqual(["bell"]);
  expect(settings.parse(undoOfReset(mine))).toEqual({ ...mine, lastProgramId: null });
});

test("a default is said in the words of its control", () => {
  expect(shownValue(settingWords.terminalFontSize.control, 13)).toBe("13 px");
  expect(shownValue(settingWords.theme.control, "system")).toBe("System");
  expect(shownValue(settingWords.osc52.control, false)).toBe("Off");
  expect(shownValue(settingWords.workspacesFolder.control, "")).toBe("Empty");
});
