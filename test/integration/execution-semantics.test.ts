import { ExecType, type ExecutionReport } from '@trimtab/contracts/execution';
import type { RebalanceTerms } from '@trimtab/contracts/ordergen';
import { eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createOrderGenWorld, type OrderGenWorld } from './ordergen-world.js';
import { expectOutcome, known, openStage, type Outcome, type Stage } from './semantics-stage.js';

const { EXEC_TYPE_NEW: NEW, EXEC_TYPE_PARTIAL_FILL: PART, EXEC_TYPE_FILL: FILL } = ExecType;
const { EXEC_TYPE_CANCELED: CANCELED, EXEC_TYPE_EXPIRED: EXPIRED } = ExecType;
const { EXEC_TYPE_TRADE_CORRECT: CORRECT, EXEC_TYPE_TRADE_CANCEL: BUST } = ExecType;

/** Sells 2 100, 1 260, 840, buys 2 520, 1 680 at prices of 1; cash 10 000; ids and floor as stated. */
interface Row extends Outcome {
  readonly name: string;
  readonly terms?: Partial<RebalanceTerms>;
  readonly act: (stage: Stage) => Promise<unknown>;
}

const rest = async (stage: Stage, ...indices: readonly number[]): Promise<void> => {
  for (const index of indices) await stage.fill(index);
};

/** What an executor says about an order, one after the other. */
type Said = readonly [ExecType, amount: string, sequence: number, money?: string];
const tell = async (stage: Stage, index: number, ...said: readonly Said[]): Promise<void> => {
  const order = await stage.order(index);
  for (const [type, amount, sequence, money] of said) {
    await stage.say(order, type, amount, sequence, money);
  }
};

const AFTER_FAILED_FIRST = ['2100', '1680', '1120', '1680', '1120'];
const HALF_FIRST = ['2100', '1470', '980', '2100', '1400'];
const FIRST_FAILED = ['FAILED', 'FILLED', 'FILLED', 'FILLED', 'FILLED'];
const ONLY_FIRST = ['FILLED', 'PENDING', 'PENDING', 'PENDING', 'PENDING'];

const rows: readonly Row[] = [
  {
    name: 'every order fills as planned',
    act: (stage) => rest(stage, 0, 1, 2, 3, 4),
    ...{ state: 'STATE_COMPLETED', cash: '10000' },
  },
  {
    name: 'NEW and parts move the ledger, the last word moves the fold',
    act: async (stage) => {
      await tell(stage, 0, [NEW, '0', 1], [PART, '700', 2], [PART, '1400', 3], [FILL, '2100', 4]);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED', cash: '10000' },
  },
  {
    name: 'a sell is cancelled at the venue with half of it done: f = 1050 / 6300',
    act: async (stage) => {
      await tell(stage, 0, [PART, '700', 1], [CANCELED, '1050', 2]);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED_ADJUSTED', cash: '10000' },
    ...{ actions: FIRST_FAILED, amounts: HALF_FIRST },
  },
  {
    name: 'a sell is rejected: f = 2100 / 6300',
    act: async (stage) => {
      await stage.fail(0);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED_ADJUSTED', cash: '10000' },
    ...{ actions: FIRST_FAILED, amounts: AFTER_FAILED_FIRST },
  },
  {
    name: 'every sell fails: nothing is left to buy with',
    act: async (stage) => {
      for (const index of [0, 1, 2]) await stage.fail(index);
    },
    ...{ state: 'STATE_COMPLETED_ADJUSTED', cash: '10000', sent: [0, 1, 2] },
    actions: ['FAILED', 'FAILED', 'FAILED', 'SKIPPED', 'SKIPPED'],
  },
  {
    name: 'a buy expires at the venue with a part done: the rest stays in the underlying',
    act: async (stage) => {
      await rest(stage, 0, 1, 2);
      await tell(stage, 3, [EXPIRED, '1000', 1]);
      await rest(stage, 4);
    },
    ...{ state: 'STATE_COMPLETED_ADJUSTED', cash: '11520', toUnderlying: '1520' },
    actions: ['FILLED', 'FILLED', 'FILLED', 'LOCKED', 'FILLED'],
  },
  {
    name: 'a sell gets a worse price: the underlying takes the loss',
    act: async (stage) => {
      await tell(stage, 0, [FILL, '2100', 1, '2090']);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED', cash: '9990', toUnderlying: '-10' },
  },
  {
    name: 'a sell gets a better price: the underlying takes the gain',
    act: async (stage) => {
      await tell(stage, 0, [FILL, '2100', 1, '2110']);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED', cash: '10010', toUnderlying: '10' },
  },
  {
    name: 'slippage down to the floor, and not a unit further: 5 of 10 shrink the buys',
    terms: { underlyingFloor: '9995' },
    act: async (stage) => {
      await tell(stage, 0, [FILL, '2100', 1, '2090']);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED_ADJUSTED', cash: '9995', toUnderlying: '-5' },
    amounts: ['2100', '1260', '840', '2517', '1678'],
  },
  {
    name: 'slippage of exactly what is above the floor leaves the buys alone',
    terms: { underlyingFloor: '9990' },
    act: async (stage) => {
      await tell(stage, 0, [FILL, '2100', 1, '2090']);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED', cash: '9990', toUnderlying: '-10' },
  },
  {
    name: 'a sell that brings nothing, at the floor, shrinks the buys; a busted buy comes back',
    terms: { underlyingFloor: '10000' },
    act: async (stage) => {
      await rest(stage, 0, 1);
      await tell(stage, 2, [FILL, '840', 1, '0']);
      await tell(stage, 3, [FILL, '2016', 1], [BUST, '0', 2]);
      await rest(stage, 4);
    },
    // 840 of the buys' 4 200 are gone; the busted buy comes back as a correction.
    ...{ state: 'STATE_COMPLETED_ADJUSTED', cash: '12016', corrections: '2016' },
    amounts: ['2100', '1260', '840', '2016', '1344'],
  },
  {
    name: 'a fill after the cancel of a sell is a correction',
    act: async (stage) => {
      await tell(stage, 0, [CANCELED, '1050', 1]);
      await stage.order(1);
      await tell(stage, 0, [FILL, '2100', 2]);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED_ADJUSTED', cash: '11050', corrections: '1050' },
    ...{ actions: FIRST_FAILED, amounts: HALF_FIRST },
  },
  {
    name: 'a larger part that overtakes the cancel is the same correction',
    act: async (stage) => {
      await tell(stage, 0, [PART, '2100', 2], [CANCELED, '1050', 1]);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED_ADJUSTED', cash: '11050', corrections: '1050' },
    ...{ actions: FIRST_FAILED, amounts: HALF_FIRST },
  },
  {
    name: 'a fill after the cancel of an action whose turn has not come follows it at its turn',
    act: async (stage) => {
      const early = await stage.early(1, '1260');
      await stage.say(early, FILL, '1260', 2);
      await stage.say(early, CANCELED, '630', 1);
      await rest(stage, 0, 2, 3, 4);
    },
    // F = 630 of (840 + 4 200): up floor(630 · 840 / 5040) = 105, down 525.
    ...{ state: 'STATE_COMPLETED_ADJUSTED', cash: '10630', corrections: '630' },
    ...{ actions: ['FILLED', 'FAILED', 'FILLED', 'FILLED', 'FILLED'], sent: [0, 2, 3, 4] },
    amounts: ['2100', '1260', '945', '2205', '1470'],
  },
  {
    name: 'a bust of a settled sell is taken from the underlying',
    act: async (stage) => {
      await tell(stage, 0, [FILL, '2100', 1], [BUST, '0', 2]);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED', cash: '7900', corrections: '-2100' },
  },
  {
    name: 'a bust below the floor shrinks the buys by what the underlying cannot give',
    terms: { underlyingFloor: '9000' },
    act: async (stage) => {
      await tell(stage, 0, [FILL, '2100', 1], [BUST, '0', 2]);
      await rest(stage, 1, 2, 3, 4);
    },
    // 2 100 − (10 000 − 9 000) = 1 100 of 4 200.
    ...{ state: 'STATE_COMPLETED_ADJUSTED', cash: '9000', corrections: '-2100' },
    ...{ toUnderlying: '1100', amounts: ['2100', '1260', '840', '1860', '1240'] },
  },
  {
    name: 'a changed fill of a settled buy gives money back',
    act: async (stage) => {
      await rest(stage, 0, 1, 2);
      await tell(stage, 3, [FILL, '2520', 1], [CORRECT, '2500', 2]);
      await rest(stage, 4);
    },
    ...{ state: 'STATE_COMPLETED', cash: '10020', corrections: '20' },
  },
  {
    name: 'a correction that overtakes the fill waits for it',
    act: async (stage) => {
      await tell(stage, 0, [CORRECT, '2000', 2], [FILL, '2100', 1]);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED', cash: '9900', corrections: '-100' },
  },
  {
    name: 'a correction that is older than the last word says nothing new',
    act: async (stage) => {
      await tell(stage, 0, [PART, '900', 1], [BUST, '0', 2], [FILL, '2100', 3]);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED', cash: '10000' },
  },
  {
    name: 'a bust after the end is booked and chained',
    act: async (stage) => {
      await rest(stage, 0, 1, 2, 3, 4);
      const order = await stage.order(4);
      await known(stage, await stage.say(order, BUST, '0', 2));
    },
    ...{ state: 'STATE_COMPLETED', cash: '11680', corrections: '1680' },
  },
  {
    name: 'a sell that executed beyond its order is clipped, the excess a correction',
    act: async (stage) => {
      await tell(stage, 0, [FILL, '2150', 1]);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED', cash: '10050', corrections: '50' },
  },
  {
    name: 'a buy that spent beyond its order is clipped, the excess a correction',
    act: async (stage) => {
      await rest(stage, 0, 1, 2);
      await tell(stage, 3, [FILL, '2520', 1, '2530']);
      await rest(stage, 4);
    },
    ...{ state: 'STATE_COMPLETED', cash: '9990', corrections: '-10' },
  },
  {
    name: 'every report three times, at once and after the end',
    act: async (stage) => {
      const said: ExecutionReport[] = [];
      for (const index of [0, 1, 2, 3, 4]) {
        const part = await stage.say(await stage.order(index), PART, '100', 1);
        const last = await stage.fill(index, { reportSequence: 2n });
        for (const one of [part, last, last]) await stage.world.send(one);
        said.push(part, last);
      }
      for (const one of said) await stage.world.send(one);
      await known(stage, await stage.say(await stage.order(4), PART, '50', 7));
    },
    ...{ state: 'STATE_COMPLETED', cash: '10000' },
  },
  {
    name: 'an older part that comes after the last word changes nothing',
    act: async (stage) => {
      await tell(stage, 0, [FILL, '2100', 2], [PART, '700', 1], [PART, '700', 3]);
      await rest(stage, 1, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED', cash: '10000' },
  },
  {
    name: 'results out of order wait and are used instead of a dispatch',
    act: async (stage) => {
      await stage.world.report(await stage.early(2, '840'), {});
      await stage.say(await stage.early(1, '1260'), PART, '260', 1);
      await stage.world.report(await stage.early(1, '1260'), { reportSequence: 2n });
      await rest(stage, 0, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED', cash: '10000', sent: [0, 3, 4] },
  },
  {
    name: 'a waiting result with the amount that a failure leads to is used',
    act: async (stage) => {
      await stage.world.report(await stage.early(1, '1680'), {});
      await stage.fail(0);
      await rest(stage, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED_ADJUSTED', cash: '10000', sent: [0, 2, 3, 4] },
    ...{ actions: FIRST_FAILED, amounts: AFTER_FAILED_FIRST },
  },
  {
    name: 'a part that waits is booked at its turn, and its order sent all the same',
    act: async (stage) => {
      await stage.say(await stage.early(1, '1260'), PART, '260', 1);
      await stage.fill(0);
      await stage.fill(1, { reportSequence: 2n });
      await rest(stage, 2, 3, 4);
    },
    ...{ state: 'STATE_COMPLETED', cash: '10000' },
  },
  {
    name: 'a waiting result of another amount is booked and faults at its turn',
    act: async (stage) => {
      await stage.world.report(await stage.early(1, '1260'), {});
      await stage.fail(0);
    },
    ...{ state: 'STATE_FAULTED', cash: '10000', vaultCash: '11260', sent: [0] },
    actions: ['FAILED', 'PENDING', 'PENDING', 'PENDING', 'PENDING'],
  },
  {
    name: 'a result of another amount than was ordered is booked and faults',
    act: (stage) => stage.fill(0, { orderedAmount: '2000' }),
    ...{ state: 'STATE_FAULTED', cash: '10000', vaultCash: '12100', sent: [0] },
    actions: ['DISPATCHED', 'PENDING', 'PENDING', 'PENDING', 'PENDING'],
  },
  {
    name: 'reports after the fault reach the ledger only',
    act: async (stage) => {
      await stage.fill(0, { orderedAmount: '2000' });
      const order = await stage.order(0);
      await known(stage, await stage.say(order, CORRECT, '2050', 2));
      const early = await stage.early(3, '2520');
      await known(stage, await stage.say(early, FILL, '20', 1));
    },
    ...{ state: 'STATE_FAULTED', cash: '10000', vaultCash: '12030', sent: [0] },
    actions: ['DISPATCHED', 'PENDING', 'PENDING', 'PENDING', 'PENDING'],
  },
  {
    name: 'cancelled while an order is out: its result is kept, the rest goes to the underlying',
    act: async (stage) => {
      await stage.order(0);
      await stage.cancel();
      await stage.fill(0);
    },
    ...{ state: 'STATE_CANCELLED', cash: '12100', toUnderlying: '2100', sent: [0] },
    actions: ONLY_FIRST,
  },
  {
    name: 'cancelled with parts of an early order waiting: booked once, as corrections',
    act: async (stage) => {
      const early = await stage.early(4, '1680');
      await stage.say(early, PART, '100', 1);
      await known(stage, await stage.say(early, FILL, '200', 2));
      await stage.cancel();
      await stage.fill(0);
    },
    ...{ state: 'STATE_CANCELLED', cash: '11900', toUnderlying: '2100', corrections: '-200' },
    ...{ actions: ONLY_FIRST, sent: [0] },
  },
  {
    name: 'an order that was never sent and fills after the cancel is a correction, once',
    act: async (stage) => {
      await stage.order(0);
      await stage.cancel();
      await stage.fill(0);
      const early = await stage.early(1, '1260');
      await known(stage, await stage.say(early, PART, '60', 1));
      await known(stage, await stage.say(early, FILL, '260', 2));
    },
    ...{ state: 'STATE_CANCELLED', cash: '12360', toUnderlying: '2100', corrections: '260' },
    ...{ actions: ONLY_FIRST, sent: [0] },
  },
  {
    name: 'the run expires while an order is out: its failure ends it',
    act: async (stage) => {
      await stage.order(0);
      stage.world.clock.advanceMillis(120_000);
      await eventually(() => (stage.sent().length > 1 ? true : undefined));
      await stage.fail(0);
    },
    ...{ state: 'STATE_EXPIRED', cash: '10000', sent: [0, 0] },
    actions: ['FAILED', 'PENDING', 'PENDING', 'PENDING', 'PENDING'],
  },
];

describe('execution, row by row', () => {
  let world: OrderGenWorld;
  beforeAll(async () => {
    world = await createOrderGenWorld();
  });
  afterAll(() => world.close());

  it.each(rows)('$name', async ({ terms, act, ...outcome }) => {
    const stage = await openStage(world, terms);
    await act(stage);
    await expectOutcome(stage, outcome);
  });
});
