/** A setting of the catalogue, and the switch of a kind of notification, each with its value and its way back. */
import type { Problem } from "#shared/contract/base.ts";
import type { NotificationKind } from "#shared/contract/notifications.ts";
import { useDesktopState, useSettingsState } from "../live/index.ts";
import { notificationWords, type SettingKey, settingWords } from "./catalogue.ts";
import { defaults } from "./changed.ts";
import { SettingRow } from "./setting-row.tsx";
import { useChange } from "./use-change.ts";

export function OneSetting({ settingKey }: { settingKey: SettingKey }) {
  const { settings } = useSettingsState();
  const { problem, change, reset } = useChange();
  const told = useTold(settingKey);
  const { label, help, control } = settingWords[settingKey];
  const value = settings[settingKey];
  return (
    <SettingRow
      name={settingKey}
      label={label}
      help={help}
      control={control}
      value={value}
      fallback={defaults[settingKey]}
      problem={problem ?? told}
      onChange={(wanted) => change({ [settingKey]: wanted })}
      onReset={() => reset(settingKey, label, { [settingKey]: value })}
    />
  );
}

/** What the system made of a setting that it carries out. */
function useTold(key: SettingKey): Problem | null {
  const desktop = useDesktopState();
  const told: Partial<Record<SettingKey, string | null | undefined>> = {
    globalShortcut: desktop?.globalShortcutProblem,
    openAtLogin: desktop?.openAtLoginProblem,
  };
  return told[key] ? { code: "unavailable", message: told[key] } : null;
}

export function OneNotification({ kind }: { kind: NotificationKind }) {
  const { settings } = useSettingsState();
  const { problem, change, resetTo } = useChange();
  const { label, help } = notificationWords[kind];
  const value = settings.notify[kind];
  const fallback = defaults.notify[kind];
  return (
    <SettingRow
      name={`notify.${kind}`}
      label={label}
      help={help}
      control={{ type: "switch" }}
      value={value}
      fallback={fallback}
      problem={problem}
      onChange={(wanted) => change({ notify: { [kind]: wanted === true } })}
      onReset={() => resetTo({ notify: { [kind]: fallback } }, label, { notify: { [kind]: value } })}
    />
  );
}
