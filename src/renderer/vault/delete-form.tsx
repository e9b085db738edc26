/** Asks once more before something of the vault is deleted; the children say what that means. */
import type { ReactNode } from "react";
import { InlineForm } from "./inline-form.tsx";
import { useWork } from "./use-work.ts";

export type DeleteFormProps = {
  name: string;
  remove: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
};

export function DeleteForm({ name, remove, onClose, children }: DeleteFormProps) {
  const work = useWork();
  const submit = async () => {
    if (await work.run(remove)) onClose();
  };
  return (
    <InlineForm
      title={`Delete ${name}?`}
      submit={`Delete ${name}`}
      danger
      onCancel={onClose}
      onSubmit={() => void submit()}
      {...work}
    >
      {children}
    </InlineForm>
  );
}
