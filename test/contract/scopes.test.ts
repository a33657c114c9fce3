import { readFileSync } from 'node:fs';
import type { Rule } from '@trimtab/grpc';
import { describe, expect, it } from 'vitest';
import { rules as INTENT_RULES } from '../../services/intent/src/adapters/grpc/rules.js';
import { ORACLE_RULES } from '../../services/oracle/src/adapters/grpc/rules.js';
import { ORDERGEN_RULES, VAULT_RULES } from '../../services/ordergen/src/adapters/grpc/rules.js';
import { SOLVER_RULES } from '../../services/solver/src/adapters/grpc/rules.js';

const SERVICES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  intent: INTENT_RULES,
  oracle: ORACLE_RULES,
  solver: SOLVER_RULES,
  ordergen: ORDERGEN_RULES,
  vault: VAULT_RULES,
};

/** The comment of each method of a service, by its name. */
function commentsOf(service: string): ReadonlyMap<string, string> {
  const path = new URL(
    `../../proto/trimtab/${service}/v1/${service}_service.proto`,
    import.meta.url,
  );
  const methods = readFileSync(path, 'utf8').matchAll(/((?: {2}\/\/[^\n]*\n)+) {2}rpc (\w+)/g);
  return new Map([...methods].map(([, comment = '', name = '']) => [name, comment]));
}

/** The scopes that a comment names. */
function scopesIn(comment: string): readonly string[] {
  const found = comment.match(
    /`(?:intent:write|plan:write|rebalance:write|price:write|admin|engine)`/g,
  );
  return [...new Set(found?.map((scope) => scope.slice(1, -1)))].sort();
}

describe.each(Object.entries(SERVICES))('the comments of the %s service', (service, rules) => {
  const comments = commentsOf(service);

  it('are of the methods that have rules', () => {
    expect([...comments.keys()].sort()).toEqual(Object.keys(rules).sort());
  });

  const scoped = Object.entries(rules).flatMap(([method, rule]) =>
    rule.kind === 'scope' ? [[method, rule.anyOf] as const] : [],
  );
  it.each(scoped)('name exactly the scopes that %s takes', (method, scopes) => {
    expect(scopesIn(comments.get(method) ?? '')).toEqual([...scopes].sort());
  });
});
