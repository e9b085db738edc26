/** Agent programs to choose from: found ones with their version, missing ones with how to get them. */
import { ExternalLink } from "lucide-react";
import { useId, useState } from "react";
import type { AgentProgram } from "#shared/contract/programs.ts";
import { useClient } from "../connection/index.ts";
import { Button, CopyButton, IconButton, orNotice, Sign } from "../ui/index.ts";
import { sortPrograms } from "./use-programs.ts";

export type ProgramListProps = {
  programs: readonly AgentProgram[];
  chosen: string | null;
  onChoose: (program: AgentProgram) => void;
  /** A double click is a click on the form's button. */
  onLaunch: (program: AgentProgram) => void;
};

export function ProgramList({ programs, chosen, onChoose, onLaunch }: ProgramListProps) {
  const name = useId();
  const { usable } = sortPrograms(programs);
  return (
    <fieldset>
      <legend className="mb-1 font-medium text-muted text-sm">Agent program</legend>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(220px,1fr))] gap-1.5">
        {usable.map((program) => (
          <label
            key={program.id}
            onDoubleClick={() => onLaunch(program)}
            className={`flex h-11 items-center gap-2.5 rounded border px-2.5 has-focus-visible:outline-2 has-focus-visible:outline-line-focus ${
              chosen === program.id ? "border-accent bg-selected" : "border-line bg-field hover:bg-hover"
            }`}
          >
            <input
              type="radio"
              name={name}
              checked={chosen === program.id}
              onChange={() => onChoose(program)}
              className="size-3 shrink-0 accent-accent outline-none"
            />
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{program.name}</span>
              <span
                className={`block truncate text-sm ${chosen === program.id ? "text-muted" : "text-faint"}`}
                data-tip={program.found?.path}
              >
                {program.found?.version ?? program.found?.path}
              </span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Folded by default: what is missing is no news to somebody who has what they use. */
export function MissingPrograms(props: { programs: readonly AgentProgram[]; shown?: boolean }) {
  const { missing, broken } = sortPrograms(props.programs);
  const [open, setOpen] = useState(props.shown ?? false);
  const count = missing.length + broken.length;
  if (count === 0) return null;
  return (
    <section aria-label="Programs that cannot be launched here">
      <Button look="quiet" small aria-expanded={open} className="-ml-2" onClick={() => setOpen(!open)}>
        {open ? "Hide" : "Show"} {count} {props.shown ? "" : "more "}that can be installed
      </Button>
      {open && (
        <ul className="mt-1 divide-y divide-line border-line border-y">
          {broken.map((program) => (
            <li key={program.id} className="flex items-start gap-2 py-2">
              <Sign state="failed" className="mt-[3px]" />
              <div className="min-w-0">
                <p className="font-medium">{program.name}</p>
                <p className="text-muted">{program.problem}</p>
              </div>
            </li>
          ))}
          {missing.map((program) => (
            <Missing key={program.id} program={program} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Missing({ program: { name, homepage, install, command } }: { program: AgentProgram }) {
  const client = useClient();
  return (
    <li className="py-2">
      <div className="flex h-6 items-center gap-1">
        <span className="font-medium">{name}</span>
        <span className="text-faint text-sm">
          no <code className="font-mono">{command[0]}</code> on your PATH
        </span>
        {homepage && (
          <IconButton
            label={`Website of ${name}`}
            onClick={() => void orNotice("Could not open the website", client.app.openLink({ url: homepage }))}
          >
            <ExternalLink size={13} aria-hidden />
          </IconButton>
        )}
      </div>
      {install.map((way) => (
        <div key={way.label} className="mt-1 flex items-center gap-2 text-sm">
          <span className="w-20 shrink-0 truncate text-muted">{way.label}</span>
          <code
            data-tip={way.command}
            className="min-w-0 flex-1 select-text truncate rounded bg-field px-1.5 py-0.5 font-mono"
          >
            {way.command}
          </code>
          <CopyButton text={way.command} label={`Copy how to install ${name}`} />
        </div>
      ))}
    </li>
  );
}
