/** One click allows for this bottle; the menu beside it for more. What waits can also be refused. */
import { ChevronDown } from "lucide-react";
import type { GatewayDecision } from "#shared/contract/gateway.ts";
import { Button, IconButton, Menu } from "../ui/index.ts";
import { useAnswer } from "./use-answer.ts";
import { hostWords } from "./words.ts";

export function AnswerButtons({ decision }: { decision: GatewayDecision }) {
  const { allow, refuse } = useAnswer();
  const host = hostWords(decision);
  const waiting = decision.outcome === "waiting";
  if (!decision.canAllow) return null;
  const once = decision.reason === "detected";
  return (
    <span className="flex shrink-0 items-center">
      {waiting && (
        <Button small look="quiet" aria-label={`Refuse ${host}`} onClick={() => refuse(decision.id)}>
          Refuse
        </Button>
      )}
      <Button
        small
        look={waiting ? "primary" : "quiet"}
        aria-label={once ? `Let it pass to ${host} once` : `Allow ${host} in this bottle`}
        onClick={() => void allow(decision.id, host, "bottle")}
      >
        {once ? "Let pass once" : "Allow"}
      </Button>
      {!once && (
        <Menu
          trigger={
            <IconButton label={`Allow ${host} in more than this bottle`}>
              <ChevronDown size={12} aria-hidden />
            </IconButton>
          }
          items={[
            { label: "In this workspace", run: () => void allow(decision.id, host, "workspace") },
            { label: "In every bottle", run: () => void allow(decision.id, host, "always") },
          ]}
        />
      )}
    </span>
  );
}
