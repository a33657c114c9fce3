import { describe, expect, it } from 'vitest';
import { stepIds } from './step-ids.js';

describe('stepIds', () => {
  const run = '11111111-1111-4111-8111-111111111111';

  it('gives a step the same id on every attempt, and each step its own', () => {
    expect(stepIds.ofRun(run, 'build-plan')).toBe(stepIds.ofRun(run, 'build-plan'));
    const ids = [
      stepIds.ofRun(run, 'build-plan'),
      stepIds.ofRun(run, 'take-snapshot'),
      stepIds.ofRun('11111111-1111-4111-8111-111111111112', 'build-plan'),
      stepIds.ofIntent('intent-1-a1b2c3d4', 'deposit'),
      stepIds.ofIntent('intent-1-a1b2c3d5', 'deposit'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
