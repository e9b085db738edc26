/** A rule, written in place: the host and whom it is for; everything narrower is below. */
import { type FormEvent, useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import type { DetectorAction, GatewayScope } from "#shared/contract/gateway.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { useWorkspaces } from "../live/index.ts";
import { Button, ProblemNote, Select, TextArea } from "../ui/index.ts";
import { HostFields, RequestFields } from "./reach-fields.tsx";
import { changed, detectorNames, emptyDraft, fieldsOf, problemsOf, type RuleDraft } from "./rule-draft.ts";

const actions: { value: DetectorAction; label: string }[] = [
  { value: "off", label: "Not looked for" },
  { value: "redact", label: "Blot out" },
  { value: "ask", label: "Ask me" },
  { value: "block", label: "Refuse" },
];

export function RuleForm(props: { bottleId: string; workspaceId: string | null; onDone: () => void }) {
  const client = useClient();
  const scopes = useScopes(props.bottleId, props.workspaceId);
  const [draft, setDraft] = useState<RuleDraft>(emptyDraft);
  const [scope, setScope] = useState(scopes[0]!.value);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const wrong = tried ? problemsOf(draft) : {};
  const set = (change: Partial<RuleDraft>) => setDraft((before) => changed(before, change));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problemsOf(draft)).length > 0 || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await client.gateway.addRule({ ...fieldsOf(draft), scope: scopeOf(scope, props.bottleId) });
      props.onDone();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      setBusy(false);
    }
  };

  return (
    <form
      aria-label="New rule"
      className="flex flex-col gap-3 rounded border border-line p-3"
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => event.key === "Escape" && props.onDone()}
    >
      <div className="flex flex-wrap items-start gap-3">
        <HostFields
          draft={draft}
          wrong={wrong}
          set={set}
          placeholder="api.github.com or *.example.org"
          help="*. and a name is everything below it, not the name itself."
        />
      </div>
      <div className="flex flex-wrap gap-3">
        <Labelled label="Effect">
          <Select
            label="Effect"
            value={draft.effect}
            options={[
              { value: "allow", label: "Allow" },
              { value: "deny", label: "Deny" },
            ]}
            onChange={(effect) => set({ effect })}
          />
        </Labelled>
        <Labelled label="For">
          <Select label="For" value={scope} options={scopes} onChange={setScope} />
        </Labelled>
      </div>
      <details className="flex flex-col">
        <summary className="w-fit text-muted hover:text-text">Only some requests, or other than the web</summary>
        <div className="mt-2 flex flex-col gap-3">
          <p className="text-faint text-sm">
            For methods, paths, headers and detectors the gateway opens the TLS of the host, under an authority that
            only this bottle trusts.
          </p>
          <div className="flex flex-wrap gap-3">
            <RequestFields draft={draft} wrong={wrong} set={set} />
          </div>
          <TextArea
            label="Headers"
            className="font-mono"
            rows={2}
            value={draft.headers}
            error={wrong.headers}
            placeholder="X-Team: platform"
            help="One to a line; a request needs all of them, each once. * stands for anything."
            onChange={(event) => set({ headers: event.target.value })}
          />
          {draft.effect === "allow" && (
            <div className="flex flex-wrap gap-3">
              {(Object.keys(detectorNames) as (keyof typeof detectorNames)[]).map((key) => (
                <Labelled key={key} label={detectorNames[key]}>
                  <Select
                    label={detectorNames[key]}
                    value={draft[key]}
                    options={key === "uploads" ? actions.filter(({ value }) => value !== "redact") : actions}
                    onChange={(value) => set({ [key]: value })}
                  />
                </Labelled>
              ))}
            </div>
          )}
          <Check
            label="Any protocol may pass, unread (not only TLS and HTTP)"
            checked={draft.anyProtocol}
            onChange={(anyProtocol) => set({ anyProtocol })}
          />
          <Check
            label="The name may lead to private addresses, this computer included"
            checked={draft.privateAddresses}
            onChange={(privateAddresses) => set({ privateAddresses })}
          />
        </div>
      </details>
      {problem && <ProblemNote problem={problem} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" busy={busy}>
          {draft.effect === "allow" ? "Allow" : "Deny"} {draft.host.trim() || "host"}
        </Button>
        <Button look="quiet" onClick={props.onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function Labelled({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden className="font-medium text-muted text-sm">
        {label}
      </span>
      {children}
    </div>
  );
}

function Check({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <label className="flex items-center gap-2">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        className="size-3 accent-accent"
      />
      <span>{label}</span>
    </label>
  );
}

/** `bottle`, `always`, or a workspace's id. */
function useScopes(bottleId: string, workspaceId: string | null): { value: string; label: string }[] {
  const { items } = useWorkspaces();
  const workspaces = items.filter(({ id }) => bottleId === "" || id === workspaceId);
  return [
    ...(bottleId === "" ? [] : [{ value: "bottle", label: "This bottle" }]),
    ...workspaces.map(({ id, name }) => ({ value: id, label: `Workspace ${name}` })),
    { value: "always", label: "Every bottle" },
  ];
}

function scopeOf(value: string, bottleId: string): GatewayScope {
  if (value === "always") return { type: "always" };
  return value === "bottle" ? { type: "bottle", bottleId } : { type: "workspace", workspaceId: value };
}
