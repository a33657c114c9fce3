import { contentHash, TAGS } from '@trimtab/canonical';
import type { Snapshot } from '@trimtab/contracts/oracle';
import { Side } from '@trimtab/contracts/portfolio';
import { Plan, PlanMode } from '@trimtab/contracts/solver';
import { DomainFailure } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import {
  inputsDocument,
  planDocument,
  scoresDocument,
  stepsDocument,
  targetsDocument,
} from './plan-documents.js';
import { readPlan } from './plan-message.js';
import { readSnapshot, readStoredSnapshot } from './snapshot-message.js';
import { HELD_SNAPSHOT, SNAPSHOT_HASH } from './snapshot.fixture.js';

const snapshot = (): Snapshot => structuredClone(HELD_SNAPSHOT);

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DomainFailure) return error.error.reason;
    throw error;
  }
  return 'accepted';
}

describe('a snapshot', () => {
  it('is taken with the hash of its content, and kept as it came', () => {
    const copy = readSnapshot(snapshot(), SNAPSHOT_HASH);
    expect(copy.entries[0]?.price).toEqual({ digits: 74_225n, scale: 1 });
    expect(copy.takeTime).toBe(1_522_800_001_000);
    expect(readStoredSnapshot(copy.bytes).entries).toEqual(copy.entries);
  });

  it('has no price of later than its taking, but for 5 s that clocks may differ', () => {
    const takenBefore = (millis: number): readonly (true | undefined)[] => {
      const takeTime = new Date(1_522_800_000_000 - millis);
      const copy = readSnapshot({ ...snapshot(), takeTime }, SNAPSHOT_HASH);
      return copy.entries.map(({ stale }) => stale);
    };
    expect(takenBefore(5_000)).toEqual([undefined]);
    expect(takenBefore(5_001)).toEqual([true]);
  });

  it('with a changed price, or under another hash, is refused', () => {
    const changed = snapshot();
    for (const entry of changed.entries) entry.priceDecimal = '7422.6';
    expect(refusal(() => readSnapshot(changed, SNAPSHOT_HASH))).toBe('SNAPSHOT_HASH_MISMATCH');
    expect(refusal(() => readSnapshot(snapshot(), 'f'.repeat(64)))).toBe('SNAPSHOT_HASH_MISMATCH');
  });
});

/** A plan whose hashes are those of its content. */
function plan(): Plan {
  const message = Plan.fromPartial({
    algorithmVersion: 1,
    mode: PlanMode.PLAN_MODE_EXPLICIT,
    vaultId: 'v',
    vaultVersion: 2n,
    nav: '100',
    snapshotHash: SNAPSHOT_HASH,
    generateTime: new Date(1_522_800_000_000),
    targets: [{ assetId: 'WBTC', side: Side.SIDE_LONG, weightBps: 500, investible: true }],
    inputs: { vault: { vaultId: 'v', vaultVersion: 2n, nav: '100', weights: [] } },
  });
  message.targetWeightsHash = contentHash(TAGS.targets, targetsDocument(message.targets));
  message.txBundleHash = contentHash(TAGS.steps, stepsDocument(message.steps));
  message.scoresHash = contentHash(TAGS.scores, scoresDocument(message.scores));
  message.inputsHash = contentHash(TAGS.inputs, inputsDocument(message.inputs));
  message.planHash = contentHash(TAGS.plan, planDocument(message));
  return message;
}

describe('a plan', () => {
  it('is taken with the hashes of its documents', () => {
    const message = plan();
    expect(readPlan(message, message.planHash)).toMatchObject({
      vaultId: 'v',
      vaultVersion: 2,
      targets: [{ assetId: 'WBTC', side: 'LONG', weightBps: 500 }],
    });
  });

  const tampered: readonly (readonly [string, (message: Plan) => void, string])[] = [
    [
      'target',
      ({ targets }) => targets.forEach((one) => (one.weightBps = 501)),
      'PLAN_HASH_MISMATCH',
    ],
    ['net asset value', (message) => (message.nav = '101'), 'PLAN_HASH_MISMATCH'],
    ['vault', (message) => (message.vaultId = 'w'), 'PLAN_HASH_MISMATCH'],
    ['input', ({ inputs }) => inputs?.vault && (inputs.vault.nav = '101'), 'PLAN_HASH_MISMATCH'],
    ['bundle', (message) => (message.txBundleHash = 'f'.repeat(64)), 'BUNDLE_HASH_MISMATCH'],
  ];
  it.each(tampered)('with a changed %s is refused', (_, change, reason) => {
    const message = plan();
    const { planHash } = message;
    change(message);
    expect(refusal(() => readPlan(message, planHash))).toBe(reason);
  });

  it('other than the one that was asked for is refused', () => {
    expect(refusal(() => readPlan(plan(), 'f'.repeat(64)))).toBe('PLAN_HASH_MISMATCH');
  });
});
