/** The fields of a {@link ReachDraft}, for two rows of a form. */
import type { ComponentProps } from "react";
import { TextField } from "../ui/index.ts";
import type { ReachDraft, ReachProblems } from "./reach-draft.ts";

type ReachProps = {
  draft: ReachDraft;
  wrong: ReachProblems;
  set: (change: Partial<ReachDraft>) => void;
};

/** Of the wider field of a row. */
type Words = { help?: string; placeholder?: string };

const wide = "min-w-56 flex-1";

export function HostFields({ draft, wrong, set, ...words }: ReachProps & Words) {
  const reach = { draft, wrong, set };
  return (
    <>
      <ReachField {...reach} field="host" box={wide} label="Host" autoFocus {...words} />
      <ReachField {...reach} field="ports" box="w-32" label="Ports" placeholder="443, 80" />
    </>
  );
}

export function RequestFields({ draft, wrong, set, ...words }: ReachProps & Words) {
  const reach = { draft, wrong, set };
  return (
    <>
      <ReachField {...reach} field="methods" box="w-44" label="Methods" placeholder="all" />
      <ReachField
        {...reach}
        field="paths"
        box={wide}
        label="Beginnings of paths"
        placeholder="all, or /v1 /repos/own"
        {...words}
      />
    </>
  );
}

type FieldProps = ReachProps & ComponentProps<typeof TextField> & { field: keyof ReachDraft; box: string };

function ReachField({ draft, wrong, set, field, box, ...rest }: FieldProps) {
  return (
    <div className={box}>
      <TextField
        {...rest}
        code
        value={draft[field]}
        error={wrong[field]}
        onChange={(event) => set({ [field]: event.target.value })}
      />
    </div>
  );
}
