/** The rules that people made, in cellar.db. When one of them cannot be read nothing is allowed: it might have been the one that denies. */
import { randomBytes } from "node:crypto";
import type { Database } from "#node/store/index.ts";
import {
  type GatewayCredential,
  type GatewayRule,
  type GatewayRuleFields,
  type GatewayScope,
  gatewayRule,
} from "#shared/contract/gateway.ts";
import { Failure } from "#shared/failure.ts";
import { LiveList } from "#shared/live-list.ts";
import { readPattern } from "./hosts.ts";

/** A part of the schema of cellar.db. */
export const gatewayRulesSchema = `
  CREATE TABLE gateway_rules (
    id TEXT PRIMARY KEY,
    rule TEXT NOT NULL
  ) STRICT;
`;

const mostRules = 2_000;

export class RuleStore {
  readonly list = new LiveList<GatewayRule>();
  /** Why the rules cannot be used, in a sentence; null when they can. */
  readonly problem: string | null;
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
    const rows = database.prepare("SELECT id, rule FROM gateway_rules ORDER BY rowid").all() as {
      id: string;
      rule: string;
    }[];
    const rules = rows.map(({ rule }) => gatewayRule.safeParse(json(rule)));
    const broken = rows.filter((_, index) => !rules[index]!.success).map(({ id }) => id);
    this.list.reset(rules.flatMap((rule) => (rule.success ? [rule.data] : [])));
    this.problem =
      broken.length === 0
        ? null
        : `The gateway allows nothing: ${broken.length === 1 ? "a rule" : `${broken.length} rules`} in cellar.db cannot be read (${broken.slice(0, 3).join(", ")}).`;
  }

  /** The same rule twice is one. Throws `invalid_input` for a host that means nothing. */
  add(fields: GatewayRuleFields, scope: GatewayScope): GatewayRule {
    const rule = ruleFrom(fields, scope, "person");
    const same = this.list.values().find((other) => meaning(other) === meaning(rule));
    if (same !== undefined) return same;
    if (this.list.values().length >= mostRules) {
      throw new Failure("too_large", `There are ${mostRules} rules already`, {
        hint: "Remove some that are not needed.",
      });
    }
    this.#database.prepare("INSERT INTO gateway_rules (id, rule) VALUES (?, ?)").run(rule.id, JSON.stringify(rule));
    this.list.set(rule);
    return rule;
  }

  /** Throws `not_found`. */
  remove(id: string): void {
    if (this.list.get(id) === undefined) throw new Failure("not_found", `there is no gateway rule ${id}`);
    this.#delete([id]);
  }

  /** The bottle or the workspace is gone for good. */
  forget(scope: GatewayScope): void {
    const wanted = JSON.stringify(scope);
    const rules = this.list.values().filter((rule) => JSON.stringify(rule.scope) === wanted);
    this.#delete(rules.map(({ id }) => id));
  }

  #delete(ids: readonly string[]): void {
    const remove = this.#database.prepare("DELETE FROM gateway_rules WHERE id = ?");
    this.#database.transaction(() => {
      for (const id of ids) remove.run(id);
    })();
    for (const id of ids) this.list.remove(id);
  }
}

/** A credential comes with a bottle's own routes only: a person's rules have none. */
export type NewRule = GatewayRuleFields & { credential?: GatewayCredential | null };

/** A rule with its host in the one normal spelling. Throws `invalid_input`. */
export function ruleFrom(
  { credential = null, ...fields }: NewRule,
  scope: GatewayScope,
  source: GatewayRule["source"],
): GatewayRule {
  const host = readPattern(fields.host);
  if (host === null) {
    throw new Failure("invalid_input", `${JSON.stringify(fields.host)} is neither a host name nor an address`, {
      hint: "As in api.github.com, *.githubusercontent.com or 192.0.2.7, without a scheme or a path.",
    });
  }
  if (fields.anyProtocol && (fields.methods.length > 0 || fields.paths.length > 0 || fields.headers.length > 0)) {
    throw new Failure(
      "invalid_input",
      "methods, paths and headers are of HTTP; a rule for any protocol cannot have them",
    );
  }
  return {
    ...fields,
    host,
    ports: [...new Set(fields.ports)].sort((a, b) => a - b),
    id: `rule-${randomBytes(6).toString("hex")}`,
    scope,
    source,
    credential,
    createdAt: new Date().toISOString(),
  };
}

function meaning({ id: _, createdAt: __, source: ___, ...rest }: GatewayRule): string {
  // With the keys of every object in one order.
  return JSON.stringify(rest, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
