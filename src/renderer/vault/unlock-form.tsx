/** A locked vault: its passphrase, or the keychain; and the way out for somebody who has forgotten it. */
import { useEffect, useState } from "react";
import type { VaultState } from "#shared/contract/vault.ts";
import { useClient } from "../connection/index.ts";
import { useLists } from "../live/index.ts";
import { Button, counted, sentence, useClockText } from "../ui/index.ts";
import { InlineForm } from "./inline-form.tsx";
import { PassphraseField } from "./secret-field.tsx";
import { useWork } from "./use-work.ts";

export function UnlockForm({ state }: { state: VaultState }) {
  const client = useClient();
  const { vault } = useLists();
  const [passphrase, setPassphrase] = useState("");
  const [forgotten, setForgotten] = useState(false);
  const work = useWork();
  const byKeychain = state.protection === "keychain";
  const wait = useClockText((now) => waitWords(state.waitUntil, now));
  const submit = () => {
    void work.run(async () => {
      // Gone from the page whatever comes of it; a wrong one is typed anew.
      setPassphrase("");
      vault.put(await client.vault.unlock({ passphrase: byKeychain ? null : passphrase }));
    });
  };
  if (forgotten) return <StartOverForm state={state} onCancel={() => setForgotten(false)} />;
  return (
    <InlineForm
      title="Unlock the vault"
      submit={byKeychain ? `Unlock with ${state.keychain.name}` : "Unlock"}
      disabled={wait !== "" || (!byKeychain && passphrase === "")}
      onSubmit={submit}
      busy={work.busy}
      problem={byKeychain ? work.problem : null}
    >
      {!byKeychain && (
        <div className="max-w-md">
          <PassphraseField
            label="Passphrase"
            value={passphrase}
            onChange={setPassphrase}
            autoFocus
            error={work.problem && sentence(work.problem.message)}
            {...(wait === "" ? {} : { help: wait })}
          />
        </div>
      )}
      <p className="flex flex-wrap items-center text-muted">
        <span>While it is locked, agents get no secret from it.</span>
        <Button look="quiet" small onClick={() => setForgotten(true)}>
          {byKeychain ? "It does not open any more…" : "Forgotten the passphrase…"}
        </Button>
      </p>
    </InlineForm>
  );
}

function waitWords(until: string | null, now: number): string {
  const left = until === null ? 0 : Math.ceil((Date.parse(until) - now) / 1000);
  return left > 0 ? `After several wrong ones, the next is tried in ${counted(left, "second")}` : "";
}

function StartOverForm({ state, onCancel }: { state: VaultState; onCancel: () => void }) {
  const client = useClient();
  const { vault } = useLists();
  const work = useWork();
  const [sure, setSure] = useState(false);
  useEffect(() => setSure(false), []);
  const lost = [
    counted(state.secrets, "secret"),
    ...(state.gitCredentials > 0 ? [counted(state.gitCredentials, "git credential")] : []),
  ].join(" and ");
  return (
    <InlineForm
      title="Start over with an empty vault"
      submit={`Set aside ${lost}`}
      danger
      disabled={!sure}
      onCancel={onCancel}
      onSubmit={() => void work.run(async () => vault.put(await client.vault.startOver({ confirm: "start over" })))}
      {...work}
    >
      <p className="max-w-[70ch] text-muted">
        Nobody can open this vault without its passphrase. Its file is kept beside the new one under another name, in
        case the passphrase comes back to you; everything in it has to be stored again until then.
      </p>
      <label className="flex h-6 items-center gap-1.5">
        <input
          type="checkbox"
          checked={sure}
          className="accent-accent"
          onChange={(event) => setSure(event.target.checked)}
        />
        I cannot open it any more
      </label>
    </InlineForm>
  );
}
