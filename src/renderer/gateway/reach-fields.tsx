/** The fields of a {@link ReachDraft}, for two rows of a form. */
import { TextField } from "../ui/index.ts";
import type { ReachDraft, ReachProblems } from "./reach-draft.ts";

type Fields = {
  draft: ReachDraft;
  wrong: ReachProblems;
  set: (change: Partial<ReachDraft>) => void;
  help?: string;
  placeholder?: string;
};

export function HostFields({ draft, wrong, set, ...host }: Fields) {
  return (
    <>
      <div className="min-w-56 flex-1">
        <TextField
          label="Host"
          code
          autoFocus
          value={draft.host}
          error={wrong.host}
          {...host}
          onChange={(event) => set({ host: event.target.value })}
        />
      </div>
      <div className="w-32">
        <TextField
          label="Ports"
          code
          value={draft.ports}
          error={wrong.ports}
          placeholder="443, 80"
          onChange={(event) => set({ ports: event.target.value })}
        />
      </div>
    </>
  );
}

export function RequestFields({ draft, wrong, set, ...paths }: Fields) {
  return (
    <>
      <div className="w-44">
        <TextField
          label="Methods"
          code
          value={draft.methods}
          error={wrong.methods}
          placeholder="all"
          onChange={(event) => set({ methods: event.target.value })}
        />
      </div>
      <div className="min-w-56 flex-1">
        <TextField
          label="Beginnings of paths"
          code
          value={draft.paths}
          error={wrong.paths}
          placeholder="all, or /v1 /repos/own"
          {...paths}
          onChange={(event) => set({ paths: event.target.value })}
        />
      </div>
    </>
  );
}
