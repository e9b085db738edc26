/** What a person may say of a bottle before its launch: what it is called, its colour, and what it may use. All of it can be left as it is. */
import { useState } from "react";
import { limitWords } from "#shared/broker/words.ts";
import { LimitFields } from "../broker/limit-fields.tsx";
import { useSettings } from "../live/index.ts";
import { Button, TextField } from "../ui/index.ts";
import { ColourChoice } from "./colour-choice.tsx";
import type { LaunchDraft } from "./drafts.ts";

export type BottleFieldsProps = {
  draft: LaunchDraft;
  onChange: (change: Partial<LaunchDraft>) => void;
  /** What it is called when nothing is typed. */
  defaultLabel: string;
};

export function BottleFields({ draft, onChange, defaultLabel }: BottleFieldsProps) {
  const { bottleLimitDollars, bottleLimitTokens } = useSettings();
  const typed = draft.limits.dollars !== "" || draft.limits.tokens !== "";
  const [limiting, setLimiting] = useState(typed);
  const usual = limitWords({ costMicros: bottleLimitDollars * 1e6 || null, tokens: bottleLimitTokens || null });
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-x-6 gap-y-3">
        <div className="w-64">
          <TextField
            label="Label"
            value={draft.label}
            placeholder={defaultLabel}
            maxLength={64}
            onChange={(event) => onChange({ label: event.target.value })}
          />
        </div>
        <div className="min-w-64 flex-1">
          <ColourChoice value={draft.colour} onChange={(colour) => onChange({ colour })} />
        </div>
      </div>
      {limiting ? (
        <LimitFields
          value={draft.limits}
          onChange={(limits) => onChange({ limits })}
          placeholder={{
            dollars: bottleLimitDollars > 0 ? String(bottleLimitDollars) : "none",
            tokens: bottleLimitTokens > 0 ? String(bottleLimitTokens) : "none",
          }}
        />
      ) : (
        <div className="flex items-center gap-2">
          <span className="text-muted">{usual === null ? "No limit of cost or tokens" : `Limit ${usual}`}</span>
          <Button small look="quiet" onClick={() => setLimiting(true)}>
            {usual === null ? "Set a limit" : "Change"}
          </Button>
        </div>
      )}
    </div>
  );
}
