/** Several secrets at once: a file or a text goes to main once, and comes back as names with a choice for each. */
import { FileUp } from "lucide-react";
import { type DragEvent, useEffect, useId, useRef, useState } from "react";
import { handleProblem } from "#shared/vault/handle.ts";
import { type Client, useClient } from "../connection/index.ts";
import { Button, counted, inputClass, notice, Select, Sign } from "../ui/index.ts";
import { InlineForm } from "./inline-form.tsx";
import { HiddenLines } from "./secret-field.tsx";
import { useWork } from "./use-work.ts";

type Preview = Awaited<ReturnType<Client["vault"]["importPreview"]>>;
type Action = "add" | "replace" | "skip";
type Choice = { handle: string; action: Action };

/** What main takes of a text; more is no list of secrets. */
const longest = 500_000;

export function ImportForm({ taken, onClose }: { taken: readonly string[]; onClose: () => void }) {
  const client = useClient();
  const [text, setText] = useState("");
  const [preview, setPreview] = useState<Preview | null>(null);
  const [over, setOver] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const fileId = useId();
  const work = useWork();
  useDiscard(client, preview);

  const read = (given: string) =>
    void work.run(async () => {
      setText("");
      setPreview(await client.vault.importPreview({ text: given.slice(0, longest + 1) }));
    });
  const readFile = async (chosen: File | undefined) => {
    if (chosen) read(await chosen.slice(0, longest + 1).text());
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void readFile(event.dataTransfer.files[0]);
  };

  if (preview) return <PreviewForm preview={preview} taken={taken} onClose={onClose} />;
  return (
    <InlineForm
      title="Import secrets"
      submit="Read it"
      disabled={text.trim() === ""}
      onCancel={onClose}
      onSubmit={() => read(text)}
      {...work}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button inside is the same for the keyboard */}
      <div
        data-takes-files
        className={`flex flex-wrap items-center gap-3 rounded border border-dashed p-3 ${over ? "border-accent bg-selected" : "border-line-field"}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <Button icon={<FileUp size={13} aria-hidden />} autoFocus onClick={() => file.current?.click()}>
          Choose a file
        </Button>
        <label htmlFor={fileId} className="text-muted">
          Or drop a <code className="font-mono text-sm">.env</code> or{" "}
          <code className="font-mono text-sm">secrets.toml</code> here. Only names are shown.
        </label>
        <input
          ref={file}
          id={fileId}
          type="file"
          tabIndex={-1}
          className="sr-only"
          onChange={(event) => {
            void readFile(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
      </div>
      <HiddenLines label="Or paste its text" value={text} onChange={setText} />
    </InlineForm>
  );
}

/** Values of a preview that is left do not wait in main until they are forgotten there. */
function useDiscard(client: Client, preview: Preview | null): void {
  useEffect(() => {
    if (!preview) return;
    return () => void client.vault.discardImport({ planId: preview.planId }).catch(() => {});
  }, [client, preview]);
}

type PreviewFormProps = { preview: Preview; taken: readonly string[]; onClose: () => void };

function PreviewForm({ preview, taken, onClose }: PreviewFormProps) {
  const client = useClient();
  const work = useWork();
  const good = preview.rows.filter(({ problem }) => problem === null);
  const bad = preview.rows.filter(({ problem }) => problem !== null);
  const [choices, setChoices] = useState<Record<number, Choice>>(() =>
    Object.fromEntries(good.map(({ row, handle, exists }) => [row, { handle, action: exists ? "skip" : "add" }])),
  );
  const change = (row: number, next: Choice) => setChoices((before) => ({ ...before, [row]: next }));
  const chosen = Object.entries(choices).filter(([, { action }]) => action !== "skip");
  const submit = async () => {
    const rows = chosen.map(([row, { handle, action }]) => ({ row: Number(row), handle, force: action === "replace" }));
    if (!(await work.run(() => client.vault.import({ planId: preview.planId, rows })))) return;
    notice({ kind: "done", text: `Imported ${counted(rows.length, "secret")}` });
    onClose();
  };
  return (
    <InlineForm
      title={`Import from ${preview.format === "env" ? "a .env file" : "TOML"}`}
      submit={`Import ${counted(chosen.length, "secret")}`}
      disabled={chosen.length === 0}
      onCancel={onClose}
      onSubmit={() => void submit()}
      {...work}
    >
      <table aria-label="What was read" className="w-full text-left">
        <thead>
          <tr className="text-muted text-sm">
            <th className="pr-3 font-medium">Name</th>
            <th className="pr-3 font-medium">Handle</th>
            <th className="font-medium">What to do</th>
          </tr>
        </thead>
        <tbody>
          {good.map(({ row, name }) => (
            <ChoiceRow
              key={row}
              name={name}
              choice={choices[row]!}
              taken={taken}
              onChange={(next) => change(row, next)}
            />
          ))}
        </tbody>
      </table>
      {bad.length > 0 && (
        <ul className="text-muted">
          {bad.map(({ row, name, problem }) => (
            <li key={row} className="flex items-center gap-1.5">
              <Sign state="lost" />
              <code className="font-mono text-sm">{name}</code> is left out: {problem}
            </li>
          ))}
        </ul>
      )}
      {preview.ignored && <p className="text-muted">{preview.ignored}</p>}
    </InlineForm>
  );
}

type ChoiceRowProps = {
  name: string;
  choice: Choice;
  taken: readonly string[];
  onChange: (choice: Choice) => void;
};

function ChoiceRow({ name, choice: { handle, action }, taken, onChange }: ChoiceRowProps) {
  const exists = taken.includes(handle);
  const problem = handleProblem(handle);
  // What a choice means follows the handle: a name that is free again is added, one that is taken is replaced.
  const does: Action = exists ? "replace" : "add";
  return (
    <tr className="h-9">
      <th scope="row" className="max-w-52 truncate pr-3 font-normal">
        <code className="font-mono text-sm">{name}</code>
      </th>
      <td className="pr-3">
        <input
          aria-label={`Handle for ${name}`}
          aria-invalid={problem ? true : undefined}
          data-tip={problem ?? undefined}
          value={handle}
          autoComplete="off"
          spellCheck={false}
          className={`${inputClass} font-mono text-sm`}
          onChange={(event) => {
            const next = event.target.value;
            onChange({ handle: next, action: taken.includes(next) ? "skip" : "add" });
          }}
        />
      </td>
      <td>
        <Select<Action>
          label={`What to do with ${name}`}
          value={action}
          options={[
            { value: does, label: exists ? "Replace what is stored" : "Add" },
            { value: "skip", label: "Leave out" },
          ]}
          onChange={(next) => onChange({ handle, action: next })}
          className="w-48"
        />
      </td>
    </tr>
  );
}
