/** The person's settings, as they are now. */

import type { z } from "zod";
import type { Settings, settingsState } from "#shared/contract/settings.ts";
import { type Connection, useConnection } from "../connection/index.ts";
import { LiveValue, useLiveValue } from "./value.ts";

export type SettingsState = z.infer<typeof settingsState>;

const values = new WeakMap<Connection, LiveValue<SettingsState>>();

function settingsOf(connection: Connection): LiveValue<SettingsState> {
  let live = values.get(connection);
  if (live === undefined) {
    live = new LiveValue(connection, (signal) => connection.client.settings.watch({}, { signal }));
    values.set(connection, live);
  }
  return live;
}

/** With the file's path and what in it was not understood; undefined until main has told it. */
export function useSettingsState(): SettingsState | undefined {
  return useLiveValue(settingsOf(useConnection()));
}

export function useSettings(): Settings | undefined {
  return useSettingsState()?.settings;
}
