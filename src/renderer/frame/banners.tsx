/** What concerns the whole window: the terminal host is gone, something was repaired at start, a settings file is not understood. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useActions } from "../app/actions.ts";
import { openSettings } from "../app/open.ts";
import { useClient } from "../connection/index.ts";
import { useHostStatus, useSettingsState } from "../live/index.ts";
import { Banner, Button, sentence } from "../ui/index.ts";
import { UpdateBanner } from "../updates/index.ts";

export function Banners() {
  return (
    <div>
      <HostBanner />
      <StartNotices />
      <SettingsBanner />
      <UpdateBanner />
    </div>
  );
}

function HostBanner() {
  const host = useHostStatus();
  const actions = useActions();
  if (host?.state === "lost") {
    return (
      <Banner
        tone="warning"
        action={
          <Button small onClick={() => actions.restartHost()}>
            Start the terminal host
          </Button>
        }
      >
        The terminal host is gone. Terminals that ran in it are lost; their output up to then is kept.
        {host.message && <span className="text-muted"> {sentence(host.message)}</span>}
      </Banner>
    );
  }
  return null;
}

function StartNotices() {
  const client = useClient();
  const info = useQuery({
    queryKey: ["app-info"],
    queryFn: () => client.app.info({}),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [closed, setClosed] = useState(false);
  const notices = info.data?.notices ?? [];
  if (closed || notices.length === 0) return null;
  return (
    <Banner
      tone="warning"
      action={
        <Button small onClick={() => setClosed(true)}>
          Close
        </Button>
      }
    >
      {notices.map((text) => (
        <span key={text} className="block">
          {sentence(text)}
        </span>
      ))}
    </Banner>
  );
}

function SettingsBanner() {
  const { problems } = useSettingsState();
  if (problems.length === 0) return null;
  return (
    <Banner
      tone="warning"
      action={
        <Button small onClick={() => openSettings()}>
          Settings
        </Button>
      }
    >
      {problems.length === 1
        ? sentence(problems[0] ?? "")
        : `${problems.length} settings in the file are not understood.`}
    </Banner>
  );
}
