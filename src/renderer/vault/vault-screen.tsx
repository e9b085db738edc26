/** The vault as a panel: set up, unlock, what is in it by name. Nothing here shows a secret, because nothing here can. */
import { useState } from "react";
import type { VaultState } from "#shared/contract/vault.ts";
import { useActions } from "../app/actions.ts";
import { openSettings } from "../app/open.ts";
import { ownWorkspace, useVaultState } from "../live/index.ts";
import { Button, Screen, Sign, StateLine, sentence } from "../ui/index.ts";
import { GitCredentialsSection } from "./git-section.tsx";
import { ProtectionForm } from "./protection-form.tsx";
import { SecretsSection } from "./secrets-section.tsx";
import { SetUpForm } from "./set-up-form.tsx";
import { vaultStatus } from "./status.ts";
import { UnlockForm } from "./unlock-form.tsx";
import { OnlyHere } from "./uses.tsx";

export default function VaultScreen() {
  const state = useVaultState();
  const [all, setAll] = useState(ownWorkspace === null);
  if (state === null) return null;
  const shown = { state, all, onAll: () => setAll(true) };
  return (
    <Screen>
      <div className="mx-auto flex max-w-4xl flex-col gap-5 px-6 py-5">
        <Head state={state} />
        {state.problems.length > 0 && <Problems problems={state.problems} />}
        {state.state === "absent" && <SetUpForm state={state} />}
        {state.state === "locked" && <UnlockForm state={state} />}
        {!all && state.state !== "absent" && <OnlyHere onAll={shown.onAll} />}
        <SecretsSection {...shown} />
        <GitCredentialsSection {...shown} />
      </div>
    </Screen>
  );
}

function Head({ state }: { state: VaultState }) {
  const actions = useActions();
  const [changing, setChanging] = useState(false);
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 className="font-semibold text-lg">Vault</h2>
        <span className="mr-auto text-muted">
          <StateLine status={vaultStatus(state)} />
        </span>
        {state.state === "unlocked" && (
          <>
            <Button look="quiet" onClick={() => openSettings("vault")}>
              Lock by itself…
            </Button>
            <Button aria-expanded={changing} onClick={() => setChanging(!changing)}>
              Change the passphrase…
            </Button>
            <Button onClick={() => actions.lockVault()}>Lock now</Button>
          </>
        )}
      </div>
      {changing && state.state === "unlocked" && <ProtectionForm state={state} onClose={() => setChanging(false)} />}
    </>
  );
}

function Problems({ problems }: { problems: readonly string[] }) {
  return (
    <ul role="alert" className="rounded border border-warning bg-warning-tint px-3 py-2">
      {problems.map((problem) => (
        <li key={problem} className="flex items-start gap-2">
          <Sign state="lost" className="mt-[3px]" />
          {sentence(problem)}
        </li>
      ))}
    </ul>
  );
}
