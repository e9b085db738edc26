/** Every screen that can stand in the middle besides terminals. What they show loads with the first of its kind. */
import { Activity, Box, Boxes, FolderGit2, FolderPlus, KeyRound, ListChecks, Play, Settings } from "lucide-react";
import { lazy, type ReactNode } from "react";
import { jobTitle } from "#shared/jobs/title.ts";
import { definePanel } from "../dock/panels.tsx";
import { useBottles, useJobs, useWorkspace } from "../live/index.ts";

function Tab({ icon, label }: { icon: ReactNode; label: string }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <span className="shrink-0 text-faint">{icon}</span>
      <span className="truncate">{label}</span>
    </span>
  );
}

function textIn(saved: unknown, key: string): string | null {
  const value = (saved as Record<string, unknown> | null)?.[key];
  return typeof value === "string" ? value : null;
}

const workspaceLike = /^ws-[0-9a-f]{8}$/;

export const workspacePanel = definePanel<{ workspaceId: string }>({
  kind: "workspace",
  identity: ({ workspaceId }) => workspaceId,
  parse: (saved) => {
    const workspaceId = textIn(saved, "workspaceId");
    return workspaceId && workspaceLike.test(workspaceId) ? { workspaceId } : null;
  },
  useTitle: ({ workspaceId }) => `Workspace ${useWorkspace(workspaceId)?.name ?? ""}`.trim(),
  Body: lazy(() => import("../workspaces/workspace-screen.tsx")),
  Tab: ({ params: { workspaceId } }) => (
    <Tab icon={<FolderGit2 size={13} aria-hidden />} label={useWorkspace(workspaceId)?.name ?? "Workspace"} />
  ),
});

export const newWorkspacePanel = definePanel<Record<never, never>>({
  kind: "new-workspace",
  identity: () => "",
  parse: () => ({}),
  useTitle: () => "New workspace",
  Body: lazy(() => import("../workspaces/new-workspace-screen.tsx")),
  Tab: () => <Tab icon={<FolderPlus size={13} aria-hidden />} label="New workspace" />,
});

export const launchPanel = definePanel<{ workspaceId: string }>({
  kind: "launch",
  identity: ({ workspaceId }) => workspaceId,
  parse: (saved) => {
    const workspaceId = textIn(saved, "workspaceId");
    return workspaceId === "" || (workspaceId && workspaceLike.test(workspaceId)) ? { workspaceId } : null;
  },
  useTitle: ({ workspaceId }) => `Launch in ${useWorkspace(workspaceId)?.name ?? "…"}`,
  Body: lazy(() => import("../launches/launch-screen.tsx")),
  Tab: ({ params: { workspaceId } }) => (
    <Tab icon={<Play size={13} aria-hidden />} label={`Launch in ${useWorkspace(workspaceId)?.name ?? "…"}`} />
  ),
});

export const bottlePanel = definePanel<{ bottleId: string }>({
  kind: "bottle",
  identity: ({ bottleId }) => bottleId,
  parse: (saved) => {
    const bottleId = textIn(saved, "bottleId");
    return bottleId && /^bottle-[0-9a-f]{12}$/.test(bottleId) ? { bottleId } : null;
  },
  useTitle: ({ bottleId }) => `Bottle ${useBottles().byId.get(bottleId)?.label ?? ""}`.trim(),
  Body: lazy(() => import("../bottles/bottle-screen.tsx")),
  Tab: ({ params: { bottleId } }) => (
    <Tab icon={<Box size={13} aria-hidden />} label={useBottles().byId.get(bottleId)?.label ?? "Bottle"} />
  ),
});

export const bottlesPanel = definePanel<Record<never, never>>({
  kind: "bottles",
  identity: () => "",
  parse: () => ({}),
  useTitle: () => "Bottles",
  Body: lazy(() => import("../bottles/bottles-screen.tsx")),
  Tab: () => <Tab icon={<Boxes size={13} aria-hidden />} label="Bottles" />,
});

export const jobPanel = definePanel<{ jobId: string }>({
  kind: "job",
  identity: ({ jobId }) => jobId,
  parse: (saved) => {
    const jobId = textIn(saved, "jobId");
    return jobId && /^job-[0-9a-f]{12}$/.test(jobId) ? { jobId } : null;
  },
  useTitle: ({ jobId }) => useJobTitle(jobId),
  Body: lazy(() => import("../jobs/job-screen.tsx")),
  Tab: ({ params: { jobId } }) => <Tab icon={<ListChecks size={13} aria-hidden />} label={useJobTitle(jobId)} />,
});

function useJobTitle(jobId: string): string {
  const job = useJobs().byId.get(jobId);
  return job ? jobTitle(job) : "Job";
}

export const runningPanel = definePanel<Record<never, never>>({
  kind: "running",
  identity: () => "",
  parse: () => ({}),
  useTitle: () => "Running",
  Body: lazy(() => import("../running/running-screen.tsx")),
  Tab: () => <Tab icon={<Activity size={13} aria-hidden />} label="Running" />,
});

export const settingsPanel = definePanel<Record<never, never>>({
  kind: "settings",
  identity: () => "",
  parse: () => ({}),
  useTitle: () => "Settings",
  Body: lazy(() => import("../settings/settings-screen.tsx")),
  Tab: () => <Tab icon={<Settings size={13} aria-hidden />} label="Settings" />,
});

export const vaultPanel = definePanel<Record<never, never>>({
  kind: "vault",
  identity: () => "",
  parse: () => ({}),
  useTitle: () => "Vault",
  Body: lazy(() => import("../vault/vault-screen.tsx")),
  Tab: () => <Tab icon={<KeyRound size={13} aria-hidden />} label="Vault" />,
});
