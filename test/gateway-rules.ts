/** Rules of a gateway and questions to them, for tests of the one decision. */
import { ruleFrom } from "#main/gateway/rule-store.ts";
import { decide, type Question, type Rules } from "#main/gateway/rules.ts";
import { type GatewayRule, type GatewayRuleInput, gatewayRuleFields } from "#shared/contract/gateway.ts";

export const ruleOf = (fields: GatewayRuleInput): GatewayRule =>
  ruleFrom(gatewayRuleFields.parse(fields), { type: "always" }, "person");

export const rulesOf = (...fields: GatewayRuleInput[]): Rules => ({ list: fields.map(ruleOf) });

export const tunnel = (host: string, port = 443): Question => ({ kind: "tunnel", host, port });

export const request = (path: string, method = "GET"): Question & { kind: "request" } => ({
  kind: "request",
  host: "api.example.org",
  port: 443,
  tls: true,
  method,
  path,
  headers: [],
});

/** `allow`, `intercept`, or the reason why not. */
export function verdict(question: Question, rules: Rules): string {
  const decided = decide(question, rules);
  return decided.type === "deny" ? decided.reason : decided.type;
}
