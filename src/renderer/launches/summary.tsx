/** The page before a launch into a bottle: what the program will see, reach and be held to. Enter launches exactly this. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { limitWords } from "#shared/broker/words.ts";
import type { Problem } from "#shared/contract/base.ts";
import type { BottlePlanView } from "#shared/contract/bottles.ts";
import { openTerminal } from "../app/open.ts";
import { type Client, problemFrom, useClient } from "../connection/index.ts";
import { Button, ColourMark, ProblemNote, Sign, TextField } from "../ui/index.ts";

export type PlanRequest = Parameters<Client["bottles"]["prepare"]>[0];

export function LaunchSummary(props: { request: PlanRequest; onBack: () => void; onLaunched: () => void }) {
  const { request, onBack, onLaunched } = props;
  const client = useClient();
  const plan = useQuery({
    queryKey: ["bottle-plan", request],
    queryFn: () => client.bottles.prepare(request),
    // A plan is launched once and belongs to this look at it.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (plan.isPending) return <p className="text-muted">Finding out what the program will see…</p>;
  if (plan.isError) {
    return (
      <ProblemNote problem={problemFrom(plan.error)}>
        <Button small onClick={() => void plan.refetch()}>
          Try again
        </Button>
        <Button small look="quiet" onClick={onBack}>
          Back
        </Button>
      </ProblemNote>
    );
  }
  return (
    <PlanPage
      key={plan.data.id}
      plan={plan.data}
      onBack={onBack}
      onLaunched={onLaunched}
      onStale={() => void plan.refetch()}
    />
  );
}

type PlanPageProps = { plan: BottlePlanView; onBack: () => void; onLaunched: () => void; onStale: () => void };

function PlanPage({ plan, onBack, onLaunched, onStale }: PlanPageProps) {
  const client = useClient();
  const [agreed, setAgreed] = useState<readonly string[]>([]);
  const [values, setValues] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const complete =
    plan.secretsEntering.every(({ name }) => agreed.includes(name)) &&
    plan.prompts.every(({ name }) => (values[name] ?? "") !== "");
  useEffect(() => button.current?.focus({ preventScroll: true }), []);
  // Nobody launches it any more; main need not keep it.
  useEffect(() => () => void client.bottles.discard({ planId: plan.id }).catch(() => {}), [client, plan.id]);

  const launch = async () => {
    if (busy || !complete) return;
    setBusy(true);
    setProblem(null);
    try {
      const { terminal } = await client.bottles.launch({ planId: plan.id, confirmations: [...agreed], values });
      openTerminal(terminal.id);
      onLaunched();
    } catch (thrown) {
      const failure = problemFrom(thrown);
      setProblem(failure);
      if (failure.code === "not_found") onStale();
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      aria-label="Launch summary"
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void launch();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onBack();
      }}
    >
      <p className="flex items-center gap-2">
        <Sign state="isolated" />
        <ColourMark colour={plan.colour} />
        <span className="min-w-0 truncate">
          <span className="font-medium">{plan.label}</span>{" "}
          <span className="text-muted">
            {plan.programName} in a bottle ({plan.backend})
          </span>
        </span>
      </p>
      {plan.preparation.length > 0 && <Preparation sentences={plan.preparation} busy={busy} />}
      <PlanFacts plan={plan} />
      {plan.secretsEntering.length > 0 && (
        <Secrets plan={plan} agreed={agreed} onAgree={setAgreed} values={values} onValue={setValues} />
      )}
      {/* In sight however long the summary is: Enter must not launch what has been scrolled past unread. */}
      <div className="sticky bottom-0 -mb-5 flex flex-col gap-2 border-line border-t bg-panel py-3">
        {problem && <ProblemNote problem={problem} />}
        <div className="flex items-center gap-2">
          <Button ref={button} type="submit" look="primary" busy={busy} disabled={!complete}>
            Launch {plan.programName}
          </Button>
          <Button look="quiet" onClick={onBack}>
            Back
          </Button>
          {!complete && <span className="text-muted">Say yes to each secret first.</span>}
        </div>
      </div>
    </form>
  );
}

/** What takes longer than a start, and what is fetched from where. */
function Preparation({ sentences, busy }: { sentences: readonly string[]; busy: boolean }) {
  return (
    <section aria-label="Before it starts" className="rounded border border-line px-2.5 py-2">
      <h3 className="font-medium text-sm">Before it starts, once</h3>
      <ul className="mt-1 list-disc break-words pl-4">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p role="status" className="mt-1 text-muted">
        {busy ? "Under way; this may take minutes." : ""}
      </p>
    </section>
  );
}

/** What a plan says, for the page before the launch and for the bottle afterwards. */
export function PlanFacts({ plan }: { plan: Omit<BottlePlanView, "id" | "expiresAt"> }) {
  return (
    <>
      {plan.notEnforced.length > 0 && (
        <section aria-label="Not enforced" className="rounded border border-line px-2.5 py-2">
          <h3 className="font-medium text-sm text-warning">Not enforced on this computer</h3>
          <ul className="mt-1 list-disc pl-4">
            {plan.notEnforced.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
      )}
      <dl className="grid grid-cols-[8rem_minmax(0,1fr)] gap-x-3 gap-y-1.5">
        {plan.agent && <Fact name="Agent">{plan.agent}</Fact>}
        {plan.provider && <Fact name="Provider">{plan.provider}</Fact>}
        {plan.folder !== "" && (
          <Fact name="Starts in">
            <code className="break-all font-mono text-sm">{plan.folder}</code>
          </Fact>
        )}
        <Fact name="Can be written">{paths(plan, "read-write")}</Fact>
        <Fact name="Can be read">{paths(plan, "read-only")}</Fact>
        <Fact name="Allowed hosts">{list(plan.allowedHosts, "None: nothing outside can be reached")}</Fact>
        {plan.routes.length > 0 && <Fact name="Broker routes">{list(plan.routes, "")}</Fact>}
        {plan.onlyBrokered.length > 0 && (
          <Fact name="Broker only">{`${list(plan.onlyBrokered, "")}: reached by no other way`}</Fact>
        )}
        {plan.gitGate.length > 0 && <Fact name="Git gate">{list(plan.gitGate, "")}</Fact>}
        <Fact name="Git identity">{plan.gitIdentity ?? "None"}</Fact>
        <Fact name="May ask you">{plan.supervise ? "For a host, a capability or a decision" : "Nothing"}</Fact>
        {plan.drivesTerminals && <Fact name="May drive">Terminals inside this bottle</Fact>}
        {plan.skills.length > 0 && <Fact name="Skills">{list(plan.skills, "")}</Fact>}
        <Fact name="Variables">{list(plan.environment, "None")}</Fact>
        {plan.argumentsAdded.length > 0 && (
          <Fact name="Added arguments">
            <code className="break-all font-mono text-sm">{plan.argumentsAdded.join(" ")}</code>
          </Fact>
        )}
        {plan.filesAdded.length > 0 && (
          <Fact name="Added files">
            {list(
              plan.filesAdded.map((path) => `~/${path}`),
              "",
            )}
          </Fact>
        )}
        <Fact name="Home">{plan.home === "kept" ? "Its own, kept for a resume" : "Its own, gone with the bottle"}</Fact>
        {plan.routes.length > 0 && (
          <Fact name="May use">{limitWords(plan.usageLimits) ?? "As much as its provider gives"}</Fact>
        )}
        <Fact name="Limits">
          {list(
            plan.limits.map(({ name, value, enforced }) => `${limitNames[name]} ${value}${enforcedWords[enforced]}`),
            "None",
          )}
        </Fact>
      </dl>
    </>
  );
}

const limitNames = {
  memory: "memory",
  processes: "processes",
  processors: "processors",
  "file-size": "one file",
  home: "home",
  temporary: "temporary files",
} as const;
const enforcedWords = { bottle: "", each: " each", no: " (not enforced)" } as const;

function paths(plan: Pick<BottlePlanView, "mounts">, access: "read-only" | "read-write"): ReactNode {
  const mounts = plan.mounts.filter((mount) => mount.access === access);
  return (
    <ul>
      {mounts.map(({ to, what }) => (
        <li key={to} className="flex min-w-0 flex-wrap gap-x-2">
          <code className="min-w-0 select-text break-all font-mono text-sm">{to}</code>
          <span className="shrink-0 text-muted text-sm">{what}</span>
        </li>
      ))}
    </ul>
  );
}

function list(items: readonly string[], none: string): string {
  return items.length === 0 ? none : items.join(", ");
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

function Secrets(props: {
  plan: BottlePlanView;
  agreed: readonly string[];
  onAgree: (names: readonly string[]) => void;
  values: Record<string, string>;
  onValue: (values: Record<string, string>) => void;
}) {
  const { plan, agreed, onAgree, values, onValue } = props;
  return (
    <fieldset className="rounded border border-line px-2.5 py-2">
      <legend className="px-1 font-medium text-sm text-warning">Secrets that enter the bottle</legend>
      {plan.secretsEntering.map(({ name, from }) => (
        <label key={name} className="flex min-h-7 items-center gap-2">
          <input
            type="checkbox"
            className="size-3 accent-accent"
            checked={agreed.includes(name)}
            onChange={(event) =>
              onAgree(event.target.checked ? [...agreed, name] : agreed.filter((each) => each !== name))
            }
          />
          <span>
            The program may read <code className="font-mono">{name}</code> ({from})
          </span>
        </label>
      ))}
      {plan.prompts.map(({ name, text }) => (
        <TextField
          key={name}
          label={`${text} (${name})`}
          type="password"
          autoComplete="off"
          value={values[name] ?? ""}
          onChange={(event) => onValue({ ...values, [name]: event.target.value })}
        />
      ))}
    </fieldset>
  );
}
