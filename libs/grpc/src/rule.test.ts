import { DomainFailure } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import type { Caller } from './caller.js';
import { AUTHENTICATED, PUBLIC, SERVICE_ONLY, applyRule, scope, type Rule } from './rule.js';

const owner: Caller = { subject: 'ada', scopes: new Set(['intent:write']) };
const admin: Caller = { subject: 'root', scopes: new Set(['admin']) };
const nobody: Caller = { subject: 'eve', scopes: new Set() };
const service: Caller = {
  subject: 'service:executor',
  scopes: new Set(),
  actor: 'service:executor',
};
const namesake: Caller = { subject: 'service:executor', scopes: new Set() };
const acting: Caller = { ...owner, actor: 'service:intent' };

function outcome(rule: Rule, caller: Caller | undefined): string {
  try {
    applyRule(rule, caller, 'CreatePlan');
    return 'allowed';
  } catch (error) {
    return error instanceof DomainFailure ? error.error.kind : 'defect';
  }
}

describe('applyRule', () => {
  it.each<[string, Rule, Caller | undefined, string]>([
    ['public, no token', PUBLIC, undefined, 'allowed'],
    ['authenticated, no token', AUTHENTICATED, undefined, 'UNAUTHENTICATED'],
    ['authenticated, any token', AUTHENTICATED, nobody, 'allowed'],
    ['scope, no token', scope('admin'), undefined, 'UNAUTHENTICATED'],
    ['scope, other scope', scope('plan:write', 'admin'), owner, 'PERMISSION_DENIED'],
    ['scope, one of them', scope('plan:write', 'admin'), admin, 'allowed'],
    ['scope, a service has none of its own', scope('admin'), service, 'PERMISSION_DENIED'],
    ['service, no token', SERVICE_ONLY, undefined, 'UNAUTHENTICATED'],
    ['service, an admin', SERVICE_ONLY, admin, 'PERMISSION_DENIED'],
    ['service, itself', SERVICE_ONLY, service, 'allowed'],
    ['service, a user of that name', SERVICE_ONLY, namesake, 'PERMISSION_DENIED'],
    ['service, acting for an owner', SERVICE_ONLY, acting, 'allowed'],
  ])('%s', (_name, rule, caller, expected) => {
    expect(outcome(rule, caller)).toBe(expected);
  });

  it('names the scopes that are needed and those that were found', () => {
    expect(() => applyRule(scope('plan:write', 'admin'), owner, 'CreatePlan')).toThrow(
      'CreatePlan needs scope plan:write or admin, the token has scope intent:write',
    );
  });
});
