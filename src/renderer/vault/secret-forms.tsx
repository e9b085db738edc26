/** Adding, rotating and deleting one secret. A value leaves the page with the call, whatever comes of it. */
import { useState } from "react";
import type { VaultSecret } from "#shared/contract/vault.ts";
import { handleProblem } from "#shared/vault/handle.ts";
import { useClient } from "../connection/index.ts";
import { Button, counted, exact, TextField } from "../ui/index.ts";
import { DeleteForm } from "./delete-form.tsx";
import { InlineForm } from "./inline-form.tsx";
import { SecretField } from "./secret-field.tsx";
import { useWork } from "./use-work.ts";

export function AddSecretForm({ onClose }: { onClose: () => void }) {
  const client = useClient();
  const [handle, setHandle] = useState("");
  const [left, setLeft] = useState(false);
  const [value, setValue] = useState("");
  const work = useWork();
  const wrong = left && handle !== "" ? handleProblem(handle) : null;
  const store = async (force: boolean) => {
    setLeft(true);
    if (await work.run(() => client.vault.set({ handle, value, force }))) onClose();
  };
  return (
    <InlineForm
      title="Add a secret"
      submit="Add it"
      onCancel={onClose}
      onSubmit={() => void store(false)}
      {...work}
      wayOn={
        work.problem?.code === "conflict" && (
          <Button look="danger" busy={work.busy} onClick={() => void store(true)}>
            Replace the value of {handle}
          </Button>
        )
      }
    >
      <div className="flex max-w-md flex-col gap-3">
        <TextField
          label="Handle"
          help="Its name: lower-case letters, digits, - and _, as openai-key"
          autoFocus
          code
          value={handle}
          error={wrong}
          onChange={(event) => setHandle(event.target.value)}
          onBlur={() => setLeft(true)}
        />
        <SecretField label="Value" value={value} onChange={setValue} />
      </div>
    </InlineForm>
  );
}

export function RotateSecretForm({ handle, onClose }: { handle: string; onClose: () => void }) {
  const client = useClient();
  const [value, setValue] = useState("");
  const work = useWork();
  const rotate = async () => {
    if (await work.run(() => client.vault.rotate({ handle, value }))) onClose();
  };
  return (
    <InlineForm
      title={`Rotate ${handle}`}
      submit="Store the new value"
      onCancel={onClose}
      onSubmit={() => void rotate()}
      {...work}
    >
      <div className="max-w-md">
        <SecretField
          label="New value"
          help="The previous one is gone from here; take it back where it was issued as well."
          autoFocus
          value={value}
          onChange={setValue}
        />
      </div>
    </InlineForm>
  );
}

export function DeleteSecretForm({ secret, onClose }: { secret: VaultSecret; onClose: () => void }) {
  const client = useClient();
  const { id, uses, neededBy } = secret;
  // What is named above the button is what is approved; anything that came to use it since is still refused.
  const force = uses.length > 0 || neededBy.length > 0;
  return (
    <DeleteForm name={id} remove={() => client.vault.delete({ handle: id, force })} onClose={onClose}>
      {neededBy.length > 0 && <p>Needed now by {neededBy.join(", ")}, which goes on without it.</p>}
      {uses.length > 0 ? (
        <ul className="text-muted">
          {uses.map(({ usedBy, lastUsedAt, times }) => (
            <li key={usedBy}>
              {usedBy} used it {counted(times, "time")}, last {exact(lastUsedAt)}
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-muted">Nothing has used it yet. Its value cannot be brought back.</p>
      )}
    </DeleteForm>
  );
}
