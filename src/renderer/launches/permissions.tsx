/** What a launch may do beside its work: ask the person, and drive terminals. */
import type { ReactNode } from "react";
import { Switch } from "../ui/index.ts";
import type { LaunchDraft } from "./drafts.ts";

type MayAskProps = {
  draft: Pick<LaunchDraft, "agent" | "supervise">;
  onChange: (change: Pick<LaunchDraft, "supervise">) => void;
  name: string;
};

/** Only on or as the manifest says: what a manifest allows is taken back there. */
export function MayAsk({ draft, onChange, name }: MayAskProps) {
  const also = draft.agent === null ? "" : " When off, its agent's manifest says.";
  return (
    <Permission
      label="May ask you for what it lacks"
      checked={draft.supervise === true}
      onChange={(checked) => onChange({ supervise: checked ? true : null })}
    >
      {name} gets tools to ask for a host, a capability or a decision; nothing is granted without you.{also}
    </Permission>
  );
}

export function DrivesTerminals(props: {
  inside: boolean;
  checked: boolean;
  onChange: (checked: boolean) => void;
  name: string;
}) {
  const { inside, name, ...rest } = props;
  return (
    <Permission label="May drive terminals through Cellar" {...rest}>
      {name} gets tools to start, read and type into{" "}
      {inside ? "terminals inside its bottle" : "the terminals of this workspace"}, for this launch only.
    </Permission>
  );
}

function Permission(props: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
}) {
  const { label, checked, onChange, children } = props;
  return (
    <div className="flex items-start gap-3">
      <Switch label={label} checked={checked} onChange={onChange} />
      <p className="min-w-0 text-muted">
        <span className="text-text">{label}.</span> {children}
      </p>
    </div>
  );
}
