/** A setting of the catalogue, and the switch of a kind of notification, each with its value and its way back. */
import type { NotificationKind } from "#shared/contract/notifications.ts";
import { useSettingsState } from "../live/index.ts";
import { notificationWords, type SettingKey, settingWords } from "./catalogue.ts";
import { defaults } from "./changed.ts";
import { SettingRow } from "./setting-row.tsx";
import { useChange } from "./use-change.ts";

export function OneSetting({ settingKey }: { settingKey: SettingKey }) {
  const { settings } = useSettingsState();
  const { problem, change, reset } = useChange();
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
      problem={problem}
      onChange={(wanted) => change({ [settingKey]: wanted })}
      onReset={() => reset(settingKey, label, { [settingKey]: value })}
    />
  );
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
