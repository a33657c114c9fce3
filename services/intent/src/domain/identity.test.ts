import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { type IntentSpec, NO_TRIGGERS, type Template, templateOf } from '@trimtab/strategy';
import { intentEtag } from './etag.js';
import { intentId } from './intent-id.js';

const { config, constraints, notifications } = templateOf('treasury') as Template;
const spec: IntentSpec = {
  type: 'treasury',
  collateral: { asset: 'USDC', amount: '10' },
  ticker: 'BTC/USDC',
  config,
  constraints,
  notifications,
  allocation: { kind: 'index' },
  triggers: NO_TRIGGERS,
};

describe('intentId', () => {
  it('T18: carries the creation time in milliseconds and eight random digits', () => {
    expect(intentId(instant(1_522_800_000_000), 'a1b2c3d4')).toBe('intent-1522800000000-a1b2c3d4');
  });

  it('refuses digits that are not eight in lower-case hex', () => {
    expect(() => intentId(instant(1), 'A1B2C3D4')).toThrow('Invariant');
    expect(() => intentId(instant(1), 'a1b2c3d')).toThrow('Invariant');
  });
});

describe('intentEtag', () => {
  const intent = { id: 'intent-1-a1b2c3d4', owner: 'alice', spec };

  it('is a quoted hash that only what the owner wrote can change', () => {
    expect(intentEtag(intent)).toMatch(/^"[0-9a-f]{64}"$/);
    expect(intentEtag({ ...intent, spec: { ...spec } })).toBe(intentEtag(intent));
    const runtime = {
      ...intent,
      ownsVault: true,
      state: 'PAUSED',
      vaultId: 'v1',
      updateTime: instant(5),
    };
    expect(intentEtag(runtime)).toBe(intentEtag(intent));
  });

  it.each<[string, Partial<IntentSpec>]>([
    ['config', { config: { ...config, maturityDays: 31 } }],
    ['constraints', { constraints: { ...constraints, stopLossDriftBps: 501 } }],
    ['notifications', { notifications: { ...notifications, onRoll: false } }],
    [
      'allocation',
      {
        allocation: {
          kind: 'solver',
          policyId: 'p',
          allowedStrategies: ['a'],
          managerId: undefined,
        },
      },
    ],
    ['triggers', { triggers: { ...NO_TRIGGERS, cooldownSeconds: 60 } }],
  ])('changes with %s', (_name, change) => {
    expect(intentEtag({ ...intent, spec: { ...spec, ...change } })).not.toBe(intentEtag(intent));
  });
});
