/** All settings on one page: found by searching, applied at once, each with its way back. */
import { Search } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import { type SettingsChange, settings as settingsSchema } from "#shared/contract/settings.ts";
import { useActions } from "../app/actions.ts";
import { useUi } from "../app/open.ts";
import { problemFrom, useClient, useConnection } from "../connection/index.ts";
import { useDesktopState, useLists, useSettingsState } from "../live/index.ts";
import { McpSettings, matchesMcp } from "../mcp/index.ts";
import { askPermission, usePermission } from "../notifications/web-notifications.ts";
import { Button, CopyButton, exact, inputClass, Screen, Sign, sentence, TwoStepButton } from "../ui/index.ts";
import {
  matchingNotifications,
  matchingSettings,
  notificationWords,
  type SettingKey,
  sections,
  settingWords,
} from "./catalogue.ts";
import { SettingRow } from "./setting-row.tsx";

const defaults = settingsSchema.parse({});

export default function SettingsScreen() {
  const asked = useUi((ui) => ui.settingsSearch);
  const [search, setSearch] = useState(asked);
  useEffect(() => setSearch(asked), [asked]);
  const { face } = useConnection();
  const keys = useMemo(() => matchingSettings(search, face), [search, face]);
  const kinds = useMemo(() => matchingNotifications(search), [search]);
  const mcp = matchesMcp(search);
  const notifying = keys.filter((key) => settingWords[key].section === "Notifications");
  return (
    <Screen>
      <div className="mx-auto max-w-3xl px-6 pb-8">
        <div className="sticky top-0 z-10 flex items-center gap-3 bg-panel py-4">
          <h2 className="font-semibold text-lg">Settings</h2>
          <span className="relative ml-auto w-64">
            <Search size={13} aria-hidden className="absolute top-[7px] left-2 text-faint" />
            <input
              aria-label="Search settings"
              value={search}
              placeholder="Search settings"
              className={`${inputClass} pl-7!`}
              onChange={(event) => setSearch(event.target.value)}
              onKeyDown={(event) => event.key === "Escape" && setSearch("")}
            />
          </span>
        </div>
        <FileProblems />
        {sections.map((section) => {
          const shown = keys.filter((key) => settingWords[key].section === section);
          return (
            shown.length > 0 && (
              <div key={section} className="mb-6">
                <h3 className="border-line border-b pb-1 text-muted">{section}</h3>
                {shown.map((key) => (
                  <OneSetting key={key} settingKey={key} />
                ))}
              </div>
            )
          );
        })}
        {kinds.length + notifying.length > 0 && <NotificationSettings kinds={kinds} keys={notifying} />}
        {mcp && <McpSettings />}
        {keys.length === 0 && kinds.length === 0 && !mcp && (
          <p className="text-muted">No setting is called “{search}”.</p>
        )}
        {search === "" && <Foot />}
      </div>
    </Screen>
  );
}

/** Changes go to main and come back as the new state; a refusal stays beside the setting it was about. */
function useChange() {
  const client = useClient();
  const { settings } = useLists();
  const [problem, setProblem] = useState<Problem | null>(null);
  const take = async (work: ReturnType<typeof client.settings.change>) => {
    setProblem(null);
    try {
      settings.put(await work);
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    }
  };
  return {
    problem,
    change: (change: SettingsChange) => void take(client.settings.change(change)),
    reset: (key: string) => void take(client.settings.reset({ key })),
  };
}

function OneSetting({ settingKey }: { settingKey: SettingKey }) {
  const { settings } = useSettingsState();
  const { problem, change, reset } = useChange();
  const told = useTold(settingKey);
  const { label, help, control } = settingWords[settingKey];
  return (
    <SettingRow
      label={label}
      help={help}
      control={control}
      value={settings[settingKey]}
      fallback={defaults[settingKey]}
      problem={problem ?? told}
      onChange={(value) => change({ [settingKey]: value })}
      onReset={() => reset(settingKey)}
    />
  );
}

/** What the system made of a setting that it carries out. */
function useTold(key: SettingKey): Problem | null {
  const desktop = useDesktopState();
  const message =
    key === "globalShortcut"
      ? desktop?.globalShortcutProblem
      : key === "openAtLogin"
        ? desktop?.openAtLoginProblem
        : null;
  return message ? { code: "unavailable", message } : null;
}

function NotificationSettings(props: { kinds: ReturnType<typeof matchingNotifications>; keys: SettingKey[] }) {
  const { kinds, keys } = props;
  const { settings } = useSettingsState();
  const { problem, change } = useChange();
  return (
    <div className="mb-6">
      <h3 className="border-line border-b pb-1 text-muted">Notifications</h3>
      <Outside />
      {kinds.map((kind) => (
        <SettingRow
          key={kind}
          {...notificationWords[kind]}
          control={{ type: "switch" }}
          value={settings.notify[kind]}
          fallback={defaults.notify[kind]}
          problem={problem}
          onChange={(value) => change({ notify: { [kind]: value === true } })}
          onReset={() => change({ notify: { [kind]: defaults.notify[kind] } })}
        />
      ))}
      {keys.map((key) => (
        <OneSetting key={key} settingKey={key} />
      ))}
    </div>
  );
}

/** Whether anything appears outside the window at all, and until when not. */
function Outside() {
  const { settings } = useSettingsState();
  const { face } = useConnection();
  const permission = usePermission();
  const actions = useActions();
  const until = settings.notifyPausedUntil;
  const paused = until !== null && Date.parse(until) > Date.now();
  return (
    <div className="flex flex-wrap items-center gap-3 border-line border-b py-2.5">
      <p className="min-w-0 flex-1 text-muted">
        {paused && until
          ? `Paused until ${exact(until)}.`
          : "Shown while you do not look at the terminal they are about."}
        {face === "browser" &&
          permission === "denied" &&
          " The browser does not let Cellar show them outside this tab."}
      </p>
      {face === "browser" && permission === "default" && (
        <Button onClick={() => void askPermission()}>Show them outside this tab</Button>
      )}
      <Button onClick={() => void actions.pauseNotifications(paused ? 0 : 60)}>
        {paused ? "Show again" : "Pause for an hour"}
      </Button>
    </div>
  );
}

function FileProblems() {
  const { problems, path } = useSettingsState();
  if (problems.length === 0) return null;
  return (
    <div role="alert" className="mb-4 rounded border border-warning bg-warning-tint px-3 py-2">
      <p>
        Not everything in <code className="break-all font-mono text-sm">{path}</code> is understood. It is kept as it
        is.
      </p>
      <ul className="mt-1">
        {problems.map((problem) => (
          <li key={problem} className="flex items-start gap-2">
            <Sign state="lost" className="mt-[3px]" />
            {sentence(problem)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Foot() {
  const { path } = useSettingsState();
  const client = useClient();
  const { settings } = useLists();
  const [problem, setProblem] = useState<Problem | null>(null);
  const resetAll = async () => {
    try {
      settings.put(await client.settings.reset({}));
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    }
  };
  return (
    <footer className="flex flex-wrap items-center gap-3 text-muted text-sm">
      <span className="flex min-w-0 flex-1 items-center gap-1">
        <code className="min-w-0 truncate font-mono">{path}</code>
        <CopyButton text={path} label="Copy the path of the settings file" />
      </span>
      {problem && <span className="text-negative">{sentence(problem.message)}</span>}
      <TwoStepButton confirm="Reset all settings now" onConfirm={() => void resetAll()}>
        Reset all settings…
      </TwoStepButton>
    </footer>
  );
}
