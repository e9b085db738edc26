/** What a link from outside asks for, before anything of it is looked at: a folder's files or another computer's answer come after a person's yes. */
import { useEffect, useRef } from "react";
import { panelFocusAttribute } from "../dock/panels.tsx";
import { Button, Sign } from "../ui/index.ts";
import { changeDraft, emptyDraft, useNewWorkspace } from "./draft.ts";

export function LinkOffer({ source }: { source: string }) {
  // It comes while a person types something else: no key that they have not meant for it may choose a button.
  const section = useRef<HTMLElement>(null);
  useEffect(() => section.current?.focus({ preventScroll: true }), []);
  return (
    <section
      ref={section}
      tabIndex={-1}
      {...{ [panelFocusAttribute]: "" }}
      aria-label="A link from outside"
      className="flex flex-col gap-3 outline-none"
    >
      <p className="flex items-start gap-2">
        <Sign state="permission" className="mt-[3px]" />
        <span>
          A link outside Cellar asks for a new workspace of this{" "}
          {source.includes("://") || source.includes("@") ? "repository" : "folder"}. Go on only if you expected it:
          whoever made the link chose what is in it.
        </span>
      </p>
      <code className="select-text break-all rounded border border-line bg-field px-3 py-2 font-mono text-sm">
        {source}
      </code>
      <p className="text-muted">Nothing has been read, fetched or started.</p>
      <div className="flex gap-2">
        <Button look="primary" onClick={() => changeDraft({ offered: null, text: source, dropped: false })}>
          Fill in the form
        </Button>
        <Button onClick={() => useNewWorkspace.setState({ draft: emptyDraft })}>Ignore the link</Button>
      </div>
    </section>
  );
}
