import { describe, expect, it } from 'vitest';
import { INTENT_STATES } from './intent.js';
import { isLive, isTerminal, transition, TRANSITIONS, type Mover } from './lifecycle.js';

const MOVERS: readonly Mover[] = ['owner', 'engine'];
const ALLOWED = new Set([
  'ACTIVE PAUSED owner',
  'ACTIVE CANCELLED owner',
  'ACTIVE COMPLETED engine',
  'PAUSED ACTIVE owner',
  'PAUSED CANCELLED owner',
  'ACTIVE ERROR engine',
  'PAUSED ERROR engine',
]);

describe('the lifecycle', () => {
  const cases = INTENT_STATES.flatMap((from) =>
    INTENT_STATES.flatMap((to) => MOVERS.map((by) => ({ from, to, by }))),
  );

  it.each(cases)('T16: answers $from to $to by $by as the table says', ({ from, to, by }) => {
    const allowed = ALLOWED.has(`${from} ${to} ${by}`);
    const result = transition(from, to, by);
    expect(result.ok).toBe(allowed);
    if (allowed) expect(result).toEqual({ ok: true, value: to });
  });

  it('T16: reaches ERROR by the engine alone, from ACTIVE and PAUSED, and never leaves it', () => {
    expect(TRANSITIONS.filter(({ to }) => to === 'ERROR')).toEqual([
      { from: 'ACTIVE', to: 'ERROR', by: 'engine' },
      { from: 'PAUSED', to: 'ERROR', by: 'engine' },
    ]);
    expect(TRANSITIONS.filter(({ from }) => from === 'ERROR')).toEqual([]);
  });

  it('T16: has no line besides the table', () => {
    expect(TRANSITIONS).toHaveLength(ALLOWED.size);
  });

  it('T19: keeps the last three states for ever, with the words of the source', () => {
    for (const state of ['COMPLETED', 'CANCELLED', 'ERROR'] as const) {
      expect([isTerminal(state), isLive(state)]).toEqual([true, false]);
      expect(transition(state, 'ACTIVE', 'owner')).toMatchObject({
        error: {
          kind: 'FAILED_PRECONDITION',
          reason: 'INTENT_TERMINAL',
          message: 'intent is completed/cancelled and cannot be modified',
        },
      });
    }
    expect([isLive('ACTIVE'), isLive('PAUSED')]).toEqual([true, true]);
  });

  it('tells a change by the wrong party from one that nobody may make', () => {
    expect(transition('ACTIVE', 'COMPLETED', 'owner')).toMatchObject({
      error: { kind: 'PERMISSION_DENIED' },
    });
    expect(transition('PAUSED', 'COMPLETED', 'engine')).toMatchObject({
      error: { kind: 'FAILED_PRECONDITION' },
    });
  });
});
