/** Where a program is to run: the isolations that work on this computer, why others do not, and none. */
import type { Isolation } from "#shared/bottles/names.ts";
import type { BottleBackendView } from "#shared/contract/bottles.ts";
import { type Choice, Choices } from "../ui/index.ts";

export type IsolationChoiceProps = {
  backends: readonly BottleBackendView[];
  value: Isolation;
  onChange: (isolation: Isolation) => void;
};

export function IsolationChoice({ backends, value, onChange }: IsolationChoiceProps) {
  const choices: Choice<Isolation>[] = [
    ...backends.map(({ name, summary, reason }) => ({
      value: name,
      label: `▣ In a bottle (${name})`,
      detail: summary,
      unavailable: reason ?? undefined,
    })),
    {
      value: "none",
      label: "▢ On this computer, not isolated",
      detail: "It runs with your rights and can read and change whatever you can.",
    },
  ];
  return <Choices label="Isolation" value={value} choices={choices} onChange={onChange} />;
}
