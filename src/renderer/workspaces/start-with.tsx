/** What is launched as soon as the workspace is ready. */
import type { AgentProgram } from "#shared/contract/programs.ts";
import { sortPrograms } from "../launches/use-programs.ts";
import { Field, Select, TextArea } from "../ui/index.ts";
import { changeDraft, type Draft } from "./draft.ts";

export type StartWithProps = { draft: Draft; program: AgentProgram | null; programs: readonly AgentProgram[] };

export function StartWith({ draft, program, programs }: StartWithProps) {
  const { usable } = sortPrograms(programs);
  if (usable.length === 0) return null;
  const options = [
    ...usable.map(({ id, name }) => ({ value: id, label: name })),
    { value: "none", label: "Nothing yet" },
  ];
  return (
    <div className="flex flex-col gap-3">
      <Field label="Then launch">
        {() => (
          <Select
            label="Then launch"
            value={program?.id ?? "none"}
            options={options}
            onChange={(programId) => changeDraft({ programId })}
          />
        )}
      </Field>
      {program && program.prompt !== "none" && (
        <TextArea
          spellCheck
          label="First prompt (optional)"
          rows={2}
          value={draft.prompt}
          placeholder="What it should do first"
          onChange={(event) => changeDraft({ prompt: event.target.value })}
        />
      )}
    </div>
  );
}
