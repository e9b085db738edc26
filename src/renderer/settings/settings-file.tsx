/** The file behind the page: what of it is not understood, the way to edit it, and the reset of everything. */
import { FileJson } from "lucide-react";
import { useActions } from "../app/actions.ts";
import { useSettingsState } from "../live/index.ts";
import { Button, CopyButton, Sign, sentence, TwoStepButton } from "../ui/index.ts";
import { undoOfReset } from "./changed.ts";
import { useChange } from "./use-change.ts";

export function FileProblems() {
  const { problems, path } = useSettingsState();
  if (problems.length === 0) return null;
  return (
    <div role="alert" className="mb-4 flex flex-col gap-1 rounded border border-warning bg-warning-tint px-3 py-2">
      <p>
        Not everything in <code className="break-all font-mono text-sm">{path}</code> is understood. It is kept as it
        is.
      </p>
      <ul>
        {problems.map((problem) => (
          <li key={problem} className="flex items-start gap-2">
            <Sign state="lost" className="mt-[3px]" />
            {sentence(problem)}
          </li>
        ))}
      </ul>
      <OpenFile />
    </div>
  );
}

function OpenFile() {
  const { path } = useSettingsState();
  const actions = useActions();
  return (
    <Button
      small
      className="self-start"
      icon={<FileJson size={13} aria-hidden />}
      data-tip="In your editor, in a terminal here. What you save is applied at once."
      onClick={() => void actions.editFile(path)}
    >
      Open settings.json
    </Button>
  );
}

export function Foot() {
  const { path, settings } = useSettingsState();
  const { problem, resetAll } = useChange();
  return (
    <footer className="flex flex-wrap items-center gap-3 text-muted text-sm">
      <span className="flex min-w-0 flex-1 items-center gap-1">
        <code className="min-w-0 truncate font-mono">{path}</code>
        <CopyButton text={path} label="Copy the path of the settings file" />
      </span>
      {problem && <span className="text-negative">{sentence(problem.message)}</span>}
      <OpenFile />
      <TwoStepButton small confirm="Reset all settings now" onConfirm={() => resetAll(undoOfReset(settings))}>
        Reset all settings…
      </TwoStepButton>
    </footer>
  );
}
