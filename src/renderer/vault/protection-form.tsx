/** Another passphrase, or the keychain instead of one, or the other way round. What is stored stays as it is. */
import { useState } from "react";
import type { VaultState } from "#shared/contract/vault.ts";
import { useClient } from "../connection/index.ts";
import { useLists } from "../live/index.ts";
import { Choices, notice } from "../ui/index.ts";
import { InlineForm } from "./inline-form.tsx";
import { NewPassphrase, useNewPassphrase } from "./new-passphrase.tsx";
import { PassphraseField } from "./secret-field.tsx";
import { useWork } from "./use-work.ts";

type Kind = "passphrase" | "keychain";

export function ProtectionForm({ state, onClose }: { state: VaultState; onClose: () => void }) {
  const client = useClient();
  const { vault } = useLists();
  const [current, setCurrent] = useState("");
  const [kind, setKind] = useState<Kind>("passphrase");
  const next = useNewPassphrase();
  const work = useWork();
  const submit = async () => {
    if (kind === "passphrase" && !next.check()) return;
    const done = await work.run(async () => {
      const change = {
        current: state.protection === "passphrase" ? current : null,
        next: kind === "passphrase" ? next.value : null,
      };
      setCurrent("");
      vault.put(await client.vault.changePassphrase(change));
    });
    if (!done) return;
    notice({ kind: "done", text: kind === "passphrase" ? "The passphrase was changed" : "The keychain opens it now" });
    onClose();
  };
  return (
    <InlineForm
      title="Change the passphrase"
      submit={kind === "passphrase" ? "Change the passphrase" : "Use the keychain"}
      onCancel={onClose}
      onSubmit={() => void submit()}
      {...work}
    >
      {state.protection === "passphrase" && (
        <div className="max-w-md">
          <PassphraseField label="Current passphrase" value={current} onChange={setCurrent} autoFocus />
        </div>
      )}
      {state.keychain.problem === null && (
        <Choices<Kind>
          label="Protected by"
          value={kind}
          onChange={setKind}
          choices={[
            { value: "passphrase", label: "A passphrase", detail: "Asked for each time Cellar is started." },
            {
              value: "keychain",
              label: state.keychain.name,
              detail: "Opens with your login to this computer; nothing to remember.",
              ...(state.protection === "keychain" ? { unavailable: "It is protected by it already." } : {}),
            },
          ]}
        />
      )}
      {kind === "passphrase" && <NewPassphrase phrase={next} />}
      <p className="max-w-[70ch] text-muted">
        Copies of the vault's file that you have somewhere else still open with the passphrase of their time.
      </p>
    </InlineForm>
  );
}
