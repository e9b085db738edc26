/** Where a workspace comes from: a path with completion, a URL, or the folder dialog where there is one. */
import { useQuery } from "@tanstack/react-query";
import { FolderOpen } from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useId, useRef, useState } from "react";
import { useClient, useConnection } from "../connection/index.ts";
import { Button, Field, inputClass, orNotice, Sign } from "../ui/index.ts";
import { looksLikePath } from "./draft.ts";

export type SourceFieldProps = { value: string; onChange: (text: string) => void; error: string | null };

export function SourceField({ value, onChange, error }: SourceFieldProps) {
  const client = useClient();
  const { face } = useConnection();
  const listId = useId();
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const prefix = useDeferredValue(value);
  const completion = useQuery({
    queryKey: ["complete", prefix],
    queryFn: () => client.workspaces.complete({ prefix }),
    enabled: open && looksLikePath(prefix),
    placeholderData: (before) => before,
  });
  const offered = open && looksLikePath(value) ? (completion.data ?? []) : [];
  // What is already typed in full is not offered again: it would only hide what was found there.
  const typed = value.replace(/[\\/]$/, "");
  const found = offered.length === 1 && offered[0]?.path === typed ? [] : offered;

  const take = (path: string) => {
    // With a slash at the end, so that the next level is offered at once.
    onChange(`${path.replace(/[\\/]$/, "")}/`);
    setActive(-1);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (found.length === 0) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((active + step + found.length + (active === -1 && step === -1 ? 1 : 0)) % found.length);
    } else if (event.key === "Tab" && !event.shiftKey) {
      const chosen = found[Math.max(active, 0)];
      if (!chosen || chosen.path === value.replace(/[\\/]$/, "")) return;
      event.preventDefault();
      take(chosen.path);
    } else if (event.key === "Enter" && active >= 0) {
      const chosen = found[active];
      if (!chosen) return;
      event.preventDefault();
      take(chosen.path);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      setOpen(false);
    }
  };

  return (
    <div className="flex items-start gap-2">
      <div className="relative min-w-0 flex-1">
        <Field
          label="Folder or git URL"
          error={error}
          help={value ? undefined : "Or drop a folder anywhere on the window."}
        >
          {(wiring) => (
            <input
              {...wiring}
              ref={input}
              role="combobox"
              aria-autocomplete="list"
              aria-expanded={found.length > 0}
              aria-controls={listId}
              aria-activedescendant={active >= 0 ? `${listId}-${active}` : undefined}
              value={value}
              placeholder="/path/to/repository or https://…"
              autoComplete="off"
              spellCheck={false}
              className={`${inputClass} font-mono text-sm`}
              onChange={(event) => {
                setOpen(true);
                setActive(-1);
                onChange(event.target.value);
              }}
              onBlur={() => setOpen(false)}
              onKeyDown={onKeyDown}
            />
          )}
        </Field>
        <div
          id={listId}
          role="listbox"
          aria-label="Folders"
          hidden={found.length === 0}
          className="absolute inset-x-0 top-[48px] z-10 max-h-60 overflow-auto rounded-md border border-line bg-raised p-1 shadow-raised"
        >
          {found.map((each, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keyboard
            // biome-ignore lint/a11y/useFocusableInteractive: the field names the active one
            <div
              key={each.path}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === active}
              className={`flex h-7 items-center gap-2 rounded px-2 font-mono text-sm ${index === active ? "bg-hover" : ""} hover:bg-hover`}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(each.path)}
            >
              <span className="min-w-0 flex-1 truncate">{each.path}</span>
              {each.git && (
                <span className="flex items-center gap-1 font-sans text-faint">
                  <Sign state="ready" />
                  git
                </span>
              )}
            </div>
          ))}
        </div>
      </div>
      {face === "electron" && (
        <Button
          icon={<FolderOpen size={14} aria-hidden />}
          className="mt-5"
          onClick={async () => {
            const picked = await orNotice("Could not open the folder dialog", client.app.pickFolder({}));
            if (picked?.path) onChange(picked.path);
          }}
        >
          Choose…
        </Button>
      )}
    </div>
  );
}
