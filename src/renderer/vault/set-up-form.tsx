/** The first time: what the vault protects, with what, and what cannot be undone. */
import { useState } from "react";
import type { VaultState } from "#shared/contract/vault.ts";
import { useClient } from "../connection/index.ts";
import { useLists } from "../live/index.ts";
import { Choices } from "../ui/index.ts";
import { InlineForm } from "./inline-form.tsx";
import { NewPassphrase, useNewPassphrase } from "./new-passphrase.tsx";
import { useWork } from "./use-work.ts";

type Kind = "passphrase" | "keychain";

export function SetUpForm({ state: { keychain } }: { state: VaultState }) {
  const client = useClient();
  const { vault } = useLists();
  const [kind, setKind] = useState<Kind>(keychain.problem === null ? "keychain" : "passphrase");
  const phrase = useNewPassphrase();
  const work = useWork();
  const submit = () => {
    if (kind === "passphrase" && !phrase.check()) return;
    void work.run(async () => {
      vault.put(await client.vault.setUp({ passphrase: kind === "passphrase" ? phrase.value : null }));
      phrase.clear();
    });
  };
  return (
    <InlineForm title="Set up the vault" submit="Set up the vault" onSubmit={submit} {...work}>
      <p className="max-w-[70ch] text-muted">
        API keys and git tokens are stored here, encrypted on this computer. An agent never gets one: it is given a
        placeholder, and Cellar puts the real one in on the way out.
      </p>
      <Choices<Kind>
        label="Protected by"
        value={kind}
        onChange={setKind}
        choices={[
          {
            value: "keychain",
            label: keychain.name === "the system's keychain" ? "The system's keychain" : keychain.name,
            detail: "Opens with your login to this computer; nothing to remember.",
            unavailable: keychain.problem ?? undefined,
          },
          { value: "passphrase", label: "A passphrase", detail: "Asked for each time Cellar is started." },
        ]}
      />
      {kind === "passphrase" && (
        <>
          <NewPassphrase phrase={phrase} />
          <p className="max-w-[70ch] text-muted">
            Nobody can recover it: without the passphrase, what is stored is lost. Keep a copy where you keep such
            things.
          </p>
        </>
      )}
    </InlineForm>
  );
}
