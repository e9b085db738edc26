/** All settings on one page: found by searching, applied at once, each with its way back. */
import { Search } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { useUi } from "../app/open.ts";
import { useConnection } from "../connection/index.ts";
import { CrashReportsSection, matchesCrashReports } from "../crash-reports/index.ts";
import { useSettings } from "../live/index.ts";
import { McpSettings, matchesMcp } from "../mcp/index.ts";
import { Button, inputClass, Screen } from "../ui/index.ts";
import { matchingNotifications, matchingSettings, sections, settingWords } from "./catalogue.ts";
import { changedNotifications, changedSettings } from "./changed.ts";
import { SearchText } from "./marked.tsx";
import { OneNotification, OneSetting } from "./one-setting.tsx";
import { Outside } from "./outside.tsx";
import { FileProblems, Foot } from "./settings-file.tsx";

export default function SettingsScreen() {
  const asked = useUi((ui) => ui.settings);
  const [search, setSearch] = useState(asked.search);
  const [onlyChanged, setOnlyChanged] = useState(false);
  useEffect(() => {
    setSearch(asked.search);
    setOnlyChanged(false);
  }, [asked]);
  const showAll = () => {
    setSearch("");
    setOnlyChanged(false);
  };
  return (
    <Screen>
      <div className="mx-auto max-w-3xl px-6 pb-8">
        <div className="sticky top-0 z-10 flex flex-wrap items-center gap-3 bg-panel py-4">
          <h2 className="font-semibold text-lg">Settings</h2>
          <span className="flex-1" />
          <ChangedOnly pressed={onlyChanged} onChange={setOnlyChanged} />
          <SearchField value={search} onChange={setSearch} />
        </div>
        <FileProblems />
        <SearchText value={search.trim()}>
          <Found search={search} onlyChanged={onlyChanged} onShowAll={showAll} />
        </SearchText>
        {search === "" && !onlyChanged && <Foot />}
      </div>
    </Screen>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  return (
    <span className="relative w-64">
      <Search size={13} aria-hidden className="absolute top-[7px] left-2 text-faint" />
      <input
        aria-label="Search settings"
        value={value}
        placeholder="Search settings"
        className={`${inputClass} pl-7!`}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onChange("")}
      />
    </span>
  );
}

function ChangedOnly({ pressed, onChange }: { pressed: boolean; onChange: (pressed: boolean) => void }) {
  const settings = useSettings();
  const count = changedSettings(settings).length + changedNotifications(settings).length;
  if (count === 0 && !pressed) return null;
  return (
    <Button
      aria-pressed={pressed}
      className={pressed ? "border-accent!" : ""}
      data-tip="What you have set otherwise than Cellar comes with"
      onClick={() => onChange(!pressed)}
    >
      Changed <span className="tabular text-muted">{count}</span>
    </Button>
  );
}

function Found(props: { search: string; onlyChanged: boolean; onShowAll: () => void }) {
  const { search, onlyChanged, onShowAll } = props;
  const { face } = useConnection();
  const settings = useSettings();
  const keys = useMemo(() => {
    const changed = new Set(changedSettings(settings));
    return matchingSettings(search, face).filter((key) => !onlyChanged || changed.has(key));
  }, [search, face, settings, onlyChanged]);
  const kinds = useMemo(() => {
    const changed = new Set(changedNotifications(settings));
    return matchingNotifications(search).filter((kind) => !onlyChanged || changed.has(kind));
  }, [search, settings, onlyChanged]);
  const mcp = !onlyChanged && matchesMcp(search);
  const crashes = !onlyChanged && matchesCrashReports(search);
  const notifying = keys.filter((key) => settingWords[key].section === "Notifications");
  if (keys.length + kinds.length === 0 && !mcp && !crashes)
    return (
      <div className="flex flex-col items-start gap-2 py-4">
        <p className="text-muted">
          {search === "" ? "Every setting is as Cellar comes with it." : `Nothing is called “${search}”.`}
        </p>
        <Button onClick={onShowAll}>Show all settings</Button>
      </div>
    );
  return (
    <>
      {sections.map((section) => {
        const shown = keys.filter((key) => settingWords[key].section === section);
        if (shown.length === 0) return null;
        return (
          <Section key={section} title={section}>
            {shown.map((key) => (
              <OneSetting key={key} settingKey={key} />
            ))}
          </Section>
        );
      })}
      {kinds.length + notifying.length > 0 && (
        <Section title="Notifications">
          {!onlyChanged && <Outside />}
          {kinds.map((kind) => (
            <OneNotification key={kind} kind={kind} />
          ))}
          {notifying.map((key) => (
            <OneSetting key={key} settingKey={key} />
          ))}
        </Section>
      )}
      {mcp && <McpSettings />}
      {crashes && <CrashReportsSection />}
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={`${title} settings`} className="mb-6">
      <h3 className="border-line border-b pb-1 text-muted">{title}</h3>
      {children}
    </section>
  );
}
