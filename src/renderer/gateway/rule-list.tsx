/** The rules that hold for a bottle, or all there are; new ones are added in place. */
import { useState } from "react";
import type { GatewayRule } from "#shared/contract/gateway.ts";
import { useClient } from "../connection/index.ts";
import { bottleIsHere, ownWorkspace, useBottles, useGateway, useLiveList, useWorkspaces } from "../live/index.ts";
import { Button, orNotice, StateSign, TwoStepButton } from "../ui/index.ts";
import { RuleForm } from "./rule-form.tsx";
import { ruleWords, scopeWords } from "./words.ts";

export function RuleList({ bottleId }: { bottleId: string }) {
  const client = useClient();
  const { items, status } = useLiveList(client.gateway.watchRules, {});
  const workspaceId = useGateway(bottleId)?.workspaceId ?? null;
  const bottles = useBottles().byId;
  const [adding, setAdding] = useState(false);
  if (status === "loading") return null;
  const rules = items.filter((rule) =>
    bottleId === "" ? isHere(rule, bottles) : holdsFor(rule, bottleId, workspaceId),
  );
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-3 px-4 py-3">
      {adding ? (
        <RuleForm bottleId={bottleId} workspaceId={workspaceId} onDone={() => setAdding(false)} />
      ) : (
        <div className="flex items-center gap-3">
          <p className="min-w-0 flex-1 text-muted">
            A bottle reaches what a rule allows, and nothing else. A rule that denies wins over all.
          </p>
          <Button look="primary" onClick={() => setAdding(true)}>
            Add a rule
          </Button>
        </div>
      )}
      {rules.length > 0 && (
        <ul aria-label="Rules" className="border-line border-t">
          {rules.map((rule) => (
            <Row
              key={rule.id}
              rule={rule}
              remove={() => void orNotice("Could not remove the rule", client.gateway.removeRule({ id: rule.id }))}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

function Row({ rule, remove }: { rule: GatewayRule; remove: () => void }) {
  const { byId } = useWorkspaces();
  const allows = rule.effect === "allow";
  return (
    <li className="flex min-h-8 flex-wrap items-center gap-2 border-line border-b px-1 py-1 hover:bg-hover">
      <StateSign status={{ state: allows ? "done" : "cancelled", words: allows ? "Allowed" : "Denied" }} />
      <span className="min-w-0 truncate font-medium">{rule.host}</span>
      <span className="min-w-0 flex-1 truncate text-muted text-sm">{ruleWords(rule)}</span>
      <span className="shrink-0 text-muted text-sm">{scopeWords(rule.scope, (id) => byId.get(id)?.name)}</span>
      {rule.source === "base" ? (
        <span className="shrink-0 text-faint text-sm" data-tip="It came with the bottle and goes with it.">
          From its manifest
        </span>
      ) : (
        <TwoStepButton small confirm={`Remove ${rule.host}`} onConfirm={remove}>
          Remove
        </TwoStepButton>
      )}
    </li>
  );
}

/** A workspace's own window shows what holds for its bottles. */
function isHere({ scope }: GatewayRule, bottles: ReadonlyMap<string, unknown>): boolean {
  if (scope.type === "always" || ownWorkspace === null) return true;
  return scope.type === "bottle" ? bottleIsHere(bottles, scope.bottleId) : scope.workspaceId === ownWorkspace;
}

function holdsFor({ scope }: GatewayRule, bottleId: string, workspaceId: string | null): boolean {
  if (scope.type === "always") return true;
  return scope.type === "bottle" ? scope.bottleId === bottleId : scope.workspaceId === workspaceId;
}
