import { expect, test } from "vitest";
import { notificationKind } from "#shared/contract/notifications.ts";
import { remembered, settings } from "#shared/contract/settings.ts";
import { matchingNotifications, matchingSettings, notificationWords, settingWords } from "./catalogue.ts";

test("every setting is on the page, or is one that another place sets", () => {
  const elsewhere = [...remembered, "notify"];
  expect([...Object.keys(settingWords), ...elsewhere].sort()).toEqual(Object.keys(settings.shape).sort());
  expect(Object.keys(notificationWords).sort()).toEqual([...notificationKind.options].sort());
});

test("a number field allows exactly what the schema allows", () => {
  for (const [key, { control }] of Object.entries(settingWords)) {
    if (control.type !== "number") continue;
    const accepts = (value: number) => settings.safeParse({ [key]: value }).success;
    expect([accepts(control.least), accepts(control.least - 1)], key).toEqual([true, false]);
    expect([accepts(control.most), accepts(control.most + 1)], key).toEqual([true, false]);
  }
});

test("a choice offers exactly what the schema allows", () => {
  for (const [key, { control }] of Object.entries(settingWords)) {
    if (control.type !== "select") continue;
    for (const { value } of control.options)
      expect(settings.safeParse({ [key]: value }).success, `${key} ${value}`).toBe(true);
  }
});

test("a search finds by any word, and leaves out what this face does not have", () => {
  expect(matchingSettings("clipboard select", "browser")).toEqual(["copyOnSelect"]);
  expect(matchingSettings("tray", "browser")).toEqual([]);
  expect(matchingSettings("tray", "electron")).toEqual(["closeToTray", "openAtLogin"]);
  expect(matchingNotifications("bell")).toEqual(["bell"]);
  expect(matchingNotifications("notif").length).toBe(Object.keys(notificationWords).length);
});
