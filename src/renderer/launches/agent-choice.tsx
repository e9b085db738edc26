/** Which agent's manifest a bottle is made from, where the person or the workspace has any. */
import { useQuery } from "@tanstack/react-query";
import { useClient } from "../connection/index.ts";
import { Field, Select } from "../ui/index.ts";

export type AgentChoiceProps = { workspaceId: string; value: string | null; onChange: (agent: string | null) => void };

export function AgentChoice({ workspaceId, value, onChange }: AgentChoiceProps) {
  const client = useClient();
  const manifests = useQuery({
    queryKey: ["manifests", workspaceId],
    queryFn: () => client.bottles.manifests({ workspaceId }),
  });
  const agents = manifests.data?.manifests.filter(({ kind }) => kind === "agent") ?? [];
  const broken = manifests.data?.manifests.filter(({ problem }) => problem !== null) ?? [];
  if (agents.length === 0 && broken.length === 0) return null;
  const usable = agents.filter(({ problem }) => problem === null);
  return (
    <Field label="Agent">
      {() => (
        <>
          <Select
            label="Agent"
            value={value ?? ""}
            options={[
              { value: "", label: "The program's defaults" },
              ...usable.map(({ name, source }) => ({
                value: name,
                label: source === "own" ? name : `${name} (of the workspace)`,
              })),
            ]}
            onChange={(chosen) => onChange(chosen === "" ? null : chosen)}
          />
          {broken.map(({ path, problem }) => (
            <p key={path} className="mt-1 text-sm text-warning">
              {problem}
            </p>
          ))}
        </>
      )}
    </Field>
  );
}
