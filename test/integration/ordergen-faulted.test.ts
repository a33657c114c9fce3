import { ExecType, FailureReason, type ExecutionReport } from '@trimtab/contracts/execution';
import {
  Action_State as ActionState,
  Rebalance_State as RebalanceState,
  ResolveActionRequest,
  type RebalanceTerms,
} from '@trimtab/contracts/ordergen';
import { Side } from '@trimtab/contracts/portfolio';
import { SetVaultPolicyRequest, VaultHold, type Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { campaignCount, eventually, SEED } from '@trimtab/testkit';
import { verifyBundle, type Verified } from '@trimtab/verify';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  FAILED,
  fundedVault,
  refusal,
  requestId,
  startExample,
  type OrderGenWorld,
} from './ordergen-world.js';
import { expectConserved, known, openStage, stageOf, type Stage } from './semantics-stage.js';

const { EXEC_TYPE_FILL: FILL, EXEC_TYPE_CANCELED: CANCELED } = ExecType;
const { EXEC_TYPE_PARTIAL_FILL: PARTIAL, EXEC_TYPE_TRADE_CORRECT: CORRECT } = ExecType;

let world: OrderGenWorld;
let admin: Awaited<ReturnType<OrderGenWorld['clients']>>;

beforeEach(async () => {
  world = await createOrderGenWorld();
  admin = await world.clients('root', ['admin']);
});
afterEach(() => world.close());

/** One hundredth of what moved. */
const feeOf = (amount: number): string => String(Math.trunc(amount / 100));

/** What the venue says was executed, at a price of 1. */
const executed = (amount: number) => ({
  cumulativeQuantity: String(amount),
  cumulativeUnderlying: String(amount),
  cumulativeFee: feeOf(amount),
});

function resolution(stage: Stage, index: number, amount: number): ResolveActionRequest {
  return ResolveActionRequest.fromPartial({
    requestId: requestId(),
    rebalanceId: stage.rebalanceId,
    index,
    execType: CANCELED,
    failureReason: FailureReason.FAILURE_REASON_VENUE_TIMEOUT,
    ...executed(amount),
    venueReference: 'ticket 7',
    evidence: 'the statement of the venue',
  });
}

const resolve = (request: ResolveActionRequest) => admin.orderGen.resolveAction(request);

/** The trades of the example, asked for one by one: bundles of what the fake solver plans say no more. */
const SOURCE: RebalanceTerms['source'] = {
  $case: 'explicitActions',
  value: {
    actions: Object.entries({ A: -2100, B: -1260, C: -840, D: 2520, E: 1680 }).map(
      ([assetId, change]) => ({
        assetId,
        side: Side.SIDE_LONG,
        quantityDelta: String(change),
        collateralDelta: '0',
      }),
    ),
  },
};

/** A run that faults, by money under the id of action 1, while the order of action 2 is out and lost. */
async function faultWithLostOrder(): Promise<Stage> {
  const vault = await fundedVault(world);
  // No venue takes 1 260 of B, so action 1 is never sent.
  const lots = ['A', 'B', 'C', 'D', 'E'].map((assetId) => ({
    assetId,
    lot: assetId === 'B' ? '10000' : '1',
  }));
  const snapshotHash = world.snapshot(lots);
  const { rebalanceId } = await startExample(world, vault, { snapshotHash, source: SOURCE });
  const stage = stageOf(world, vault.vaultId, rebalanceId);
  await stage.fill(0);
  await stage.order(2);
  await world.report(await stage.early(1, '1260'), { execType: CANCELED, ...executed(1) });
  await world.reaches(rebalanceId, RebalanceState.STATE_FAULTED);
  return stage;
}

/** A run that faults by a part for another amount than was ordered; its order stays out. */
async function faultWithPart(amount: number): Promise<Stage> {
  const stage = await openStage(world, { source: SOURCE });
  const order = await stage.order(0);
  await world.report(order, { execType: PARTIAL, orderedAmount: '5', ...executed(amount) });
  await world.reaches(stage.rebalanceId, RebalanceState.STATE_FAULTED);
  return stage;
}

async function vaultOf({ vaultId }: Stage): Promise<Vault> {
  return present((await world.vaults.getVault({ vaultId })).vault, 'the vault is found');
}

async function cashOf(stage: Stage): Promise<string> {
  return (await vaultOf(stage)).cash;
}

async function auditCount(): Promise<number> {
  const { rows } = await world.database.pool.query(
    "select from audit_entries where verb = 'RESOLVE_ACTION'",
  );
  return rows.length;
}

async function verified({ rebalanceId }: Stage): Promise<Verified> {
  const chunks: Uint8Array[] = [];
  for await (const { chunk } of world.orderGen.exportRebalance({ rebalanceId })) {
    chunks.push(chunk);
  }
  const verdict = verifyBundle(Buffer.concat(chunks).toString('utf8'));
  if (!verdict.verified) throw new Error(JSON.stringify(verdict.difference));
  return verdict.bundle;
}

const unfreeze = ({ vaultId }: Stage) =>
  admin.vaults.unfreezeVault({ requestId: requestId(), vaultId, reason: 'it was looked at' });

/** Starts another rebalance of the vault, which sells A, B and C as the first one did. */
async function startNext(stage: Stage): Promise<Stage> {
  const { rebalanceId } = await startExample(world, await vaultOf(stage), { source: SOURCE });
  return stageOf(world, stage.vaultId, rebalanceId);
}

describe('an action that is stuck in a faulted rebalance', () => {
  it('is settled by an admin in the ledger only, once, and its fold stays as it broke', async () => {
    const stage = await faultWithLostOrder();
    const { rebalanceId } = stage;
    const before = await world.rebalance(rebalanceId);
    // What broke is what the vault is frozen for, until it is unfrozen.
    expect(before.stateReason).not.toBe('');
    expect((await vaultOf(stage)).freezeReason).toBe(before.stateReason);
    const proof = await verified(stage);
    world.clock.advanceMillis(299_999);
    expect((await refusal(resolve(resolution(stage, 2, 600)))).reason).toBe('ACTION_NOT_STUCK');
    world.clock.advanceMillis(1);
    // Settled, never sent though booked, never reached, and not there at all.
    for (const index of [0, 1, 3]) {
      const error = await refusal(resolve(resolution(stage, index, 600)));
      expect(error.reason).toBe('ACTION_NOT_STUCK');
    }
    expect((await refusal(resolve(resolution(stage, 5, 600)))).reason).toBe('ACTION_NOT_FOUND');
    const owner = world.orderGen.resolveAction(resolution(stage, 2, 600));
    expect((await refusal(owner)).reason).toBe('PERMISSION_DENIED');
    expect(await auditCount()).toBe(0);
    // 10 000 with 2 100 of the first sell and the 1 that faulted the run.
    expect(await cashOf(stage)).toBe('12101');

    const request = resolution(stage, 2, 600);
    const { rebalance } = await resolve(request);
    expect(rebalance?.actions[2]).toMatchObject({
      ...{ state: ActionState.STATE_DISPATCHED, stuck: false, execType: CANCELED },
      ...{ cumulativeQuantity: '600', fee: '6', settleTime: new Date(world.clock.now()) },
      failureReason: FailureReason.FAILURE_REASON_VENUE_TIMEOUT,
    });
    expect(rebalance).toMatchObject({
      ...{ state: RebalanceState.STATE_FAULTED, stateReason: before.stateReason },
      ...{ cash: before.cash, stateHash: before.stateHash, eventCount: before.eventCount },
    });
    expect((await resolve(request)).rebalance).toEqual(rebalance);
    expect((await refusal(resolve(resolution(stage, 2, 600)))).reason).toBe('ACTION_NOT_STUCK');
    expect(await cashOf(stage)).toBe('12701');
    expect(await vaultOf(stage)).toMatchObject({
      holds: [VaultHold.VAULT_HOLD_FROZEN],
      freezeReason: before.stateReason,
    });
    expect(await auditCount()).toBe(1);
    await expectConserved(world, stage.vaultId);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
    // Quantity and money against the venue, the fee against fees: six lines more, no event.
    const after = await verified(stage);
    expect(after.eventCount).toBe(proof.eventCount);
    expect(after.entryCount).toBe(proof.entryCount + 6);
    expect(world.dispatches.map(({ index }) => index)).toEqual([0, 2]);
    await unfreeze(stage);
    expect((await vaultOf(stage)).freezeReason).toBe('');
  });

  it('takes the word of the venue that comes after all: as much is nothing, more a correction', async () => {
    const stage = await faultWithLostOrder();
    const order = await stage.order(2);
    world.clock.advanceMillis(300_000);
    await resolve(resolution(stage, 2, 600));
    const feed = async (): Promise<bigint> => {
      const { rows } = await world.database.pool.query<{ count: string }>(
        'select count(*) from rebalance_feed',
      );
      return BigInt(present(rows[0], 'a count').count);
    };
    const shown = await feed();
    const tell = async (execType: ExecType, amount: number, sequence: bigint): Promise<string> => {
      const fields = { execType, ...executed(amount), reportSequence: sequence };
      const report = await world.report(order, fields);
      await known(stage, report);
      await world.send(report);
      return cashOf(stage);
    };
    expect(await tell(CANCELED, 600, 1n)).toBe('12701');
    expect(await tell(PARTIAL, 500, 2n)).toBe('12701');
    expect(await feed()).toBe(shown);
    expect(await tell(CANCELED, 700, 4n)).toBe('12801');
    // Older than the latest news, whatever it says.
    expect(await tell(CANCELED, 800, 3n)).toBe('12801');
    expect(await tell(CORRECT, 650, 5n)).toBe('12751');
    await expectConserved(world, stage.vaultId);
    expect((await world.rebalance(stage.rebalanceId)).actions[2]?.stuck).toBe(false);
    await verified(stage);
    await unfreeze(stage);
  });

  it('keeps what its parts have booked: the evidence is cumulative, below them too', async () => {
    const stage = await faultWithPart(400);
    expect(await cashOf(stage)).toBe('10400');
    world.clock.advanceMillis(300_000);
    await resolve(resolution(stage, 0, 300));
    expect(await cashOf(stage)).toBe('10300');
    await expectConserved(world, stage.vaultId);
    await verified(stage);
  });

  it('may turn out not to have moved anything', async () => {
    const stage = await faultWithLostOrder();
    world.clock.advanceMillis(300_000);
    const proof = await verified(stage);
    const { rebalance } = await resolve(resolution(stage, 2, 0));
    expect(rebalance?.actions[2]).toMatchObject({ stuck: false, cumulativeQuantity: '0' });
    expect(await verified(stage)).toMatchObject({ entryCount: proof.entryCount });
    expect(await cashOf(stage)).toBe('12101');
  });

  it('is not settled while another rebalance of the vault runs, and is after it', async () => {
    const stage = await faultWithLostOrder();
    world.clock.advanceMillis(300_000);
    await unfreeze(stage);
    const next = await startNext(stage);
    await next.order(0);
    const cash = await cashOf(stage);
    const request = resolution(stage, 2, 600);
    const error = await refusal(resolve(request));
    expect(error.reason).toBe('VAULT_BUSY');
    expect(error.metadata['rebalance_id']).toBe(next.rebalanceId);
    expect([await cashOf(stage), await auditCount()]).toEqual([cash, 0]);
    await next.cancel();
    await next.fail(0);
    await world.reaches(next.rebalanceId, RebalanceState.STATE_CANCELLED);
    await resolve(request);
    expect(await cashOf(stage)).toBe(String(Number(cash) + 600));
    await expectConserved(world, stage.vaultId);
    await verified(stage);
    await verified(next);
  });

  it.each([
    [600, RebalanceState.STATE_CANCELLED],
    [0, undefined],
  ])(
    'that moved %i cancels what waits for an approval only if it moved money',
    async (moved, end) => {
      const stage = await faultWithLostOrder();
      world.clock.advanceMillis(300_000);
      await unfreeze(stage);
      await world.vaults.setVaultPolicy(
        SetVaultPolicyRequest.fromPartial({
          requestId: requestId(),
          vaultId: stage.vaultId,
          policy: { fourEyes: true },
          roles: { managers: [], approvers: ['bob'] },
        }),
      );
      const next = await startNext(stage);
      const waiting = await world.rebalance(next.rebalanceId);
      expect(waiting.state).toBe(RebalanceState.STATE_AWAITING_APPROVAL);
      const request = resolution(stage, 2, moved);
      if (end === undefined) {
        expect((await refusal(resolve(request))).reason).toBe('VAULT_BUSY');
      } else {
        await resolve(request);
      }
      const after = await world.rebalance(next.rebalanceId);
      expect(after.state).toBe(end ?? RebalanceState.STATE_AWAITING_APPROVAL);
      await expectConserved(world, stage.vaultId);
    },
  );

  it.each([1, 2, 3, 4, 5])('is booked once when the venue answers meanwhile (%i)', async () => {
    const stage = await faultWithLostOrder();
    const order = await stage.order(2);
    world.clock.advanceMillis(300_000);
    const report = { execType: CANCELED, ...executed(600) };
    const [, told] = await Promise.allSettled([
      resolve(resolution(stage, 2, 600)),
      world.report(order, report),
    ]);
    if (told.status === 'fulfilled') await known(stage, told.value);
    expect(await cashOf(stage)).toBe('12701');
    expect((await world.rebalance(stage.rebalanceId)).actions[2]?.stuck).toBe(false);
    await expectConserved(world, stage.vaultId);
    await verified(stage);
  });
});

describe('evidence that no execution of a long can be', () => {
  it('is refused with the field that says it, in a run that goes on and in one that faulted', async () => {
    const expireTime = new Date(world.clock.now() + 3_600_000);
    const running = await openStage(world, { expireTime });
    await running.order(0);
    const faulted = await faultWithLostOrder();
    world.clock.advanceMillis(300_000);
    for (const [stage, index] of [
      [running, 0],
      [faulted, 2],
    ] as const) {
      const request = { ...resolution(stage, index, 600), cumulativeCollateral: '1' };
      const { violations } = await refusal(resolve(request));
      expect(violations.map(({ field }) => field)).toEqual(['cumulative_collateral']);
      const spent = { ...resolution(stage, 3, 600), cumulativeUnderlying: '-1' };
      const refused = await refusal(resolve(spent));
      expect(refused.violations.map(({ field }) => field)).toEqual(['cumulative_underlying']);
    }
    // Fees can eat up what a sell raises.
    await resolve({ ...resolution(running, 0, 600), cumulativeUnderlying: '-5' });
    expect(await cashOf(running)).toBe('9995');
  });
});

/** One thing that happens to the order after the fault; a resolution has no number. */
interface Happening {
  readonly kind: 'REPORT' | 'RESOLVE';
  readonly execType: ExecType;
  readonly amount: number;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom('REPORT', 'REPORT', 'RESOLVE'),
  execType: fc.constantFrom(PARTIAL, FILL, CANCELED, CORRECT),
  amount: fc.integer({ min: 0, max: 2500 }),
});

/** What is booked for the order, by the rules in plain numbers. */
interface Model {
  readonly amount: number;
  /** Whether somebody has said its last word. */
  readonly answered: boolean;
}

function next(model: Model, { kind, execType, amount }: Happening): Model {
  if (kind === 'RESOLVE') return model.answered ? model : { amount, answered: true };
  // A part, or a correction of one, is not the last word, and takes none back.
  const answered = model.answered || (execType !== PARTIAL && execType !== CORRECT);
  const isNews = execType === CORRECT ? amount !== model.amount : amount > model.amount;
  return { amount: isNews ? amount : model.amount, answered };
}

describe('the ledger of a faulted rebalance', () => {
  const count = campaignCount(6, 300);
  it(`adds up over ${count} stories of parts, last words, corrections and resolutions`, async () => {
    const stories = fc.array(happening, { minLength: 1, maxLength: 6 });
    const runs = { seed: SEED, numRuns: count };
    let resolved = 0;
    for (const [at, story] of fc.sample(stories, runs).entries()) {
      const stage = await faultWithPart(at % 3 === 0 ? 0 : 400);
      const order = await stage.order(0);
      world.clock.advanceMillis(300_000);
      let model: Model = { amount: at % 3 === 0 ? 0 : 400, answered: false };
      for (const [place, what] of story.entries()) {
        const { kind, execType, amount } = what;
        if (kind === 'REPORT') {
          const fields: Partial<ExecutionReport> = {
            ...{ execType, ...executed(amount), reportSequence: BigInt(place + 2) },
          };
          const report = await world.report(order, fields);
          await known(stage, report);
          await world.send(report);
        } else if (model.answered) {
          const error = await refusal(resolve(resolution(stage, 0, amount)));
          expect(error.reason).toBe('ACTION_NOT_STUCK');
        } else {
          const request = resolution(stage, 0, amount);
          await resolve(request);
          await resolve(request);
          resolved += 1;
        }
        model = next(model, what);
        expect(await cashOf(stage), JSON.stringify(story)).toBe(String(10_000 + model.amount));
      }
      const held = (await vaultOf(stage)).positions.find(({ assetId }) => assetId === 'A');
      expect(held?.quantity).toBe(String(30_000 - model.amount));
      const { actions, cash } = await world.rebalance(stage.rebalanceId);
      expect(actions[0]).toMatchObject({ fee: feeOf(model.amount) });
      expect(cash).toBe('10000');
      await expectConserved(world, stage.vaultId);
      await verified(stage);
      await unfreeze(stage);
    }
    expect(resolved).toBeGreaterThan(0);
  }, 900_000);
});

describe('a final report that comes late to a faulted rebalance', () => {
  it('leaves nothing to resolve, and what overtook it does not either', async () => {
    const stage = await faultWithPart(400);
    const order = await stage.order(0);
    world.clock.advanceMillis(300_000);
    const tell = async (execType: ExecType, amount: number, sequence: bigint): Promise<boolean> => {
      const fields = { execType, ...executed(amount), reportSequence: sequence };
      await known(stage, await world.report(order, fields));
      return (await world.rebalance(stage.rebalanceId)).actions[0]?.stuck ?? false;
    };
    await eventually(async () => {
      const { actions } = await world.rebalance(stage.rebalanceId);
      return actions[0]?.stuck === true ? true : undefined;
    });
    // A part that is corrected is still out; the last word is one, whatever its number.
    expect(await tell(CORRECT, 300, 3n)).toBe(true);
    expect(await tell(CANCELED, 400, 2n)).toBe(false);
    expect(await tell(PARTIAL, 500, 4n)).toBe(false);
    expect(await cashOf(stage)).toBe('10500');
    expect((await refusal(resolve(resolution(stage, 0, 600)))).reason).toBe('ACTION_NOT_STUCK');
    await expectConserved(world, stage.vaultId);
  });

  it('is the one that faulted it, if that was final', async () => {
    const stage = await openStage(world, { source: SOURCE });
    const order = await stage.order(0);
    await world.report(order, { execType: FILL, orderedAmount: '5', ...executed(400) });
    await world.reaches(stage.rebalanceId, RebalanceState.STATE_FAULTED);
    world.clock.advanceMillis(300_000);
    const late = { execType: PARTIAL, ...executed(500), reportSequence: 2n };
    await known(stage, await world.report(order, late));
    expect(await cashOf(stage)).toBe('10500');
    expect((await refusal(resolve(resolution(stage, 0, 600)))).reason).toBe('ACTION_NOT_STUCK');
  });

  it('that nothing was executed leaves nothing to resolve', async () => {
    const stage = await faultWithLostOrder();
    world.clock.advanceMillis(300_000);
    await known(stage, await world.report(await stage.order(2), FAILED));
    expect((await refusal(resolve(resolution(stage, 2, 600)))).reason).toBe('ACTION_NOT_STUCK');
    await eventually(async () => {
      return (await world.rebalance(stage.rebalanceId)).actions[2]?.stuck === false
        ? true
        : undefined;
    });
  });
});
