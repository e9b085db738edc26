/** What a person has set otherwise than Cellar comes with. Pure. */
import { type NotificationKind, notificationKind } from "#shared/contract/notifications.ts";
import { type Settings, type SettingsChange, settings as schema } from "#shared/contract/settings.ts";
import { shortcutLabel } from "../app/commands.ts";
import { type Control, type SettingKey, settingWords } from "./catalogue.ts";

export const defaults: Settings = schema.parse({});

export function changedSettings(settings: Settings): SettingKey[] {
  return (Object.keys(settingWords) as SettingKey[]).filter((key) => settings[key] !== defaults[key]);
}

export function changedNotifications({ notify }: Settings): NotificationKind[] {
  return notificationKind.options.filter((kind) => notify[kind] !== defaults.notify[kind]);
}

/** The change that brings back what a reset of everything takes away. */
export function undoOfReset(before: Settings): SettingsChange {
  const kinds = changedNotifications(before);
  return {
    ...Object.fromEntries(changedSettings(before).map((key) => [key, before[key]])),
    ...(kinds.length === 0 ? {} : { notify: Object.fromEntries(kinds.map((kind) => [kind, before.notify[kind]])) }),
  };
}

/** A value as the page says it: `13 px`, `System`, `On`. */
export function shownValue(control: Control, value: unknown): string {
  switch (control.type) {
    case "switch":
      return value === true ? "On" : "Off";
    case "select":
      return control.options.find((option) => option.value === value)?.label ?? String(value);
    case "number":
      return `${value} ${control.unit}`;
    case "palette":
      return value === "auto" ? "Automatic" : String(value);
    case "shortcut":
      return value === "" ? "None" : shortcutLabel(String(value));
    case "text":
      return value === "" ? "Empty" : String(value);
  }
}
