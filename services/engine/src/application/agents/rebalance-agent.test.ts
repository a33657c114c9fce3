import { formatDecimal } from '@trimtab/decimal';
import { seriesId } from '@trimtab/option-index';
import type { Config, Constraints } from '@trimtab/strategy';
import { describe, expect, it } from 'vitest';
import { PLAIN_VENUE, specOf } from '../../backtest/world.fixture.js';
import { DAY, HOUR, startStage, type Stage, type StageOptions } from './stage.fixture.js';

const custom = (config: Partial<Config> = {}, constraints: Partial<Constraints> = {}) => {
  const spec = specOf('treasury');
  return {
    ...spec,
    config: { ...spec.config, ...config },
    constraints: { ...spec.constraints, ...constraints },
  };
};
/** Wide enough that no price of these tests stops an intent. */
const UNSTOPPED = { maxAnnualDriftBps: 10_000, stopLossDriftBps: 10_000 };

const runtimeOf = (stage: Stage) => stage.intent.current().runtime;
const heldOf = (stage: Stage): string | undefined => {
  const held = runtimeOf(stage).index?.held;
  return held && seriesId(held.series);
};
const runsOf = (stage: Stage): readonly string[] =>
  stage.journal.runs.map(({ trigger, purpose, outcome }) => `${trigger} ${purpose} ${outcome}`);
const noticesOf = (stage: Stage): readonly string[] =>
  stage.journal.notices.map(({ kind, message }) => `${kind} ${message.split(' (')[0] ?? ''}`);
const assetsOf = (stage: Stage): readonly string[] =>
  stage.books.positions().map(({ assetId }) => assetId);

/** A stage whose cash is invested: the price is 10 000, the strike 5 000, the roll trigger 7 500. */
async function invested(options: StageOptions = {}): Promise<Stage> {
  const stage = await startStage(options);
  await stage.after(HOUR);
  return stage;
}

describe('the rebalance agent, opening', () => {
  it('buys P of the series that the rules open, with everything', async () => {
    const stage = await invested();
    expect(runsOf(stage)).toEqual(['OPENING REBALANCE REBALANCE']);
    expect(assetsOf(stage)).toEqual(['P-BTC-5000-20200131']);
    expect(heldOf(stage)).toBe('BTC-5000-20200131');
    expect(stage.books.cash() < 10_000n).toBe(true);
    expect(runtimeOf(stage)).toMatchObject({ totalRolls: 0, lastRollAt: undefined });
  });

  it('buys N for leverage, and P for every other type', async () => {
    for (const type of ['treasury', 'hedge', 'yield', 'custom', 'leverage'] as const) {
      const stage = await invested({ spec: specOf(type) });
      const leg = type === 'leverage' ? 'N' : 'P';
      expect(assetsOf(stage).map((assetId) => assetId.slice(0, 6))).toEqual([`${leg}-BTC-`]);
    }
  });

  it('puts a deposit into the series that is held, as another opening', async () => {
    const stage = await invested();
    stage.vault.deposit('USDC', 5_000_000_000n);
    await stage.after(6 * HOUR + 1);
    expect(runsOf(stage)).toEqual(['OPENING REBALANCE REBALANCE', 'OPENING REBALANCE REBALANCE']);
    expect(assetsOf(stage)).toEqual(['P-BTC-5000-20200131']);
    expect(runtimeOf(stage)).toMatchObject({ totalRolls: 0 });
  });

  it('leaves cash below its part of NAV uninvested', async () => {
    const stage = await invested();
    stage.vault.deposit('USDC', 49_000_000n);
    await stage.after(DAY);
    expect(stage.journal.runs).toHaveLength(1);
  });
});

describe('the rebalance agent, rolling', () => {
  it('does nothing at the trigger, and rolls at the first price below it', async () => {
    const stage = await invested({ spec: custom({}, UNSTOPPED) });
    await stage.price('7500');
    await stage.after(HOUR);
    expect(stage.journal.runs).toHaveLength(1);
    await stage.price('7499.99');
    await stage.after(60_000);
    expect(runsOf(stage).at(-1)).toBe('PRICE ROLL REBALANCE');
    expect(heldOf(stage)).toBe('BTC-3749-20200131');
    expect(assetsOf(stage)).toEqual(['P-BTC-3749-20200131']);
  });

  it('is woken by the price, long before its next look at drift', async () => {
    const stage = await invested({ spec: custom({}, UNSTOPPED) });
    const before = stage.now();
    await stage.price('7400');
    await stage.after(60_000);
    expect(stage.journal.runs.at(-1)?.createTime).toBeLessThan(before + 60_000);
  });

  it('changes what it says of rolls together, once for each', async () => {
    const stage = await invested({ spec: custom({}, UNSTOPPED) });
    await stage.price('7400');
    await stage.after(HOUR);
    const { totalRolls, totalCostBps, lastRollAt, lastRollCostBps } = runtimeOf(stage);
    const { rebalance } = stage.journal.runs.at(-1) ?? {};
    expect([totalRolls, lastRollAt]).toEqual([1, rebalance?.endTime]);
    // The spread is 10 bps: 5 for the sale, 5 for the purchase.
    expect([totalCostBps, lastRollCostBps]).toEqual([10, 10]);
    const changes = stage.journal.reports.filter(
      ({ before, after }) => before.totalRolls !== after.totalRolls,
    );
    expect(changes).toHaveLength(1);
    expect(changes[0]?.after).toMatchObject({ totalCostBps, lastRollAt, lastRollCostBps });
    expect(noticesOf(stage)).toEqual(['ROLL Rolled into P-BTC-3700-20200131 at a cost of 10 bps']);
  });

  it('rolls at most once in the minimum interval, and then again', async () => {
    const stage = await invested({ spec: custom({}, UNSTOPPED) });
    await stage.price('7400');
    await stage.after(60_000);
    await stage.price('5000');
    await stage.after(HOUR - 120_000);
    expect(runtimeOf(stage).totalRolls).toBe(1);
    await stage.after(180_000);
    expect(runtimeOf(stage).totalRolls).toBe(2);
    const [first, second] = stage.journal.runs.filter(({ purpose }) => purpose === 'ROLL');
    const endTime = first?.rebalance?.endTime ?? 0;
    expect(second?.createTime).toBeGreaterThanOrEqual(endTime + HOUR);
  });

  it('standard: settles at maturity, after the delay, and then only buys', async () => {
    const stage = await invested();
    await stage.after(30 * DAY + 9 * HOUR);
    const [settlement] = stage.vault.settlements();
    expect(settlement?.series).toMatchObject({ strike: 5_000n });
    const roll = stage.journal.runs.at(-1);
    expect(roll).toMatchObject({ trigger: 'MATURITY', purpose: 'ROLL' });
    expect(roll?.rebalance?.actions.map(({ side }) => side)).toEqual(['BUY']);
    const { maturity } = settlement?.series ?? { maturity: 0 };
    expect(settlement?.time).toBe(maturity + HOUR);
    expect(heldOf(stage)).toBe('BTC-5000-20200301');
    expect(runtimeOf(stage)).toMatchObject({ totalRolls: 1, lastRollCostBps: 5 });
  });

  it('short-dated: rolls when a tenth of the life is left, and never waits for settlement', async () => {
    const stage = await invested({ spec: custom({ rollStrategy: 'shortDated' }) });
    await stage.after(31 * DAY);
    expect(stage.vault.settlements()).toEqual([]);
    const roll = stage.journal.runs[1];
    expect(roll).toMatchObject({ trigger: 'MATURITY', purpose: 'ROLL' });
    const [held] = stage.journal.runs;
    const life = (held?.series?.maturity ?? 0) - (held?.rebalance?.endTime ?? 0);
    const left = (held?.series?.maturity ?? 0) - (roll?.createTime ?? 0);
    expect(left).toBeLessThanOrEqual(life / 10);
    expect(left).toBeGreaterThan(life / 10 - 60_000);
  });
});

describe('the rebalance agent, of an intent that does not roll by itself', () => {
  it.each([
    ['without autoRoll', { autoRoll: false }],
    ['by hand', { rollStrategy: 'manual' as const }],
  ])('%s: tells of the breach once and rolls nothing', async (_name, config) => {
    const stage = await invested({ spec: custom(config, UNSTOPPED) });
    await stage.price('7400');
    await stage.after(DAY);
    await stage.price('7300');
    await stage.after(DAY);
    expect(stage.journal.runs).toHaveLength(1);
    expect(noticesOf(stage)).toEqual([
      'THRESHOLD_BREACH The price is below the roll trigger of P-BTC-5000-20200131, and the intent does not roll by itself',
    ]);
  });

  it('comes to its natural end once its series is settled', async () => {
    const stage = await invested({ spec: custom({ autoRoll: false }) });
    await stage.after(31 * DAY);
    expect(stage.intent.current()).toMatchObject({
      state: 'COMPLETED',
      endReason: 'all positions settled',
    });
    expect(noticesOf(stage)).toEqual([
      'ROLL P-BTC-5000-20200131 has matured, and the intent does not roll by itself: it ends once it is settled',
    ]);
    expect([stage.books.cash(), stage.books.positions()]).toEqual([0n, []]);
  });
});

describe('the rebalance agent, putting off', () => {
  const dear = { settings: { spreadBps: 30 }, spec: custom({}, UNSTOPPED) };

  it('does not roll at more than the limit, tells it once, and tries again with backoff', async () => {
    const stage = await invested(dear);
    const dropTime = stage.now();
    await stage.price('7400');
    await stage.after(5 * HOUR);
    expect(runtimeOf(stage).totalRolls).toBe(0);
    expect(stage.journal.runs).toHaveLength(1);
    expect(noticesOf(stage)).toEqual([
      'ROLL Roll into P-BTC-3700-20200131 put off: the quotes say that it costs 30 bps, the limit is 10; it is tried again',
    ]);
    const retries = stage.journal.reports
      .filter(({ before, after }) => before.index?.deferralCount !== after.index?.deferralCount)
      .map(({ after }) => [after.index?.deferralCount, after.index?.retryTime ?? 0] as const)
      .filter(([count]) => count !== undefined && count > 0)
      .map(([count, retryTime]) => [count, Math.floor((retryTime - dropTime) / 60_000)]);
    // 10 minutes, then 20, 40, 80: after 10, 30, 70, 150.
    expect(retries.slice(0, 4)).toEqual([
      [1, 10],
      [2, 30],
      [3, 70],
      [4, 150],
    ]);
  });

  it('rolls at a later try once the quotes are close enough, and starts counting anew', async () => {
    let spreadBps = 30;
    const stage = await invested({
      ...dear,
      settings: {
        get spreadBps() {
          return spreadBps;
        },
      },
    });
    await stage.price('7400');
    await stage.after(5 * 60_000);
    expect(runtimeOf(stage)).toMatchObject({ totalRolls: 0, index: { deferralCount: 1 } });
    spreadBps = 10;
    await stage.after(HOUR);
    expect(runtimeOf(stage)).toMatchObject({ totalRolls: 1, index: { deferralCount: 0 } });
  });

  it('drops it when the price is above the trigger again', async () => {
    const stage = await invested(dear);
    await stage.price('7400');
    await stage.after(5 * 60_000);
    await stage.price('9000');
    await stage.after(6 * HOUR + 1);
    expect(stage.journal.runs).toHaveLength(1);
    expect(runtimeOf(stage).index).toMatchObject({
      next: undefined,
      deferralCount: 0,
      retryTime: undefined,
    });
  });

  it('waits in vain for quotes only so long: without a market maker it rolls all the same', async () => {
    const stage = await invested({ spec: custom({}, UNSTOPPED), without: ['MARKET_MAKER'] });
    const before = stage.now();
    await stage.price('7400');
    await stage.after(60_000);
    const roll = stage.journal.runs.at(-1);
    expect(roll).toMatchObject({ purpose: 'ROLL', outcome: 'REBALANCE' });
    expect(roll?.createTime).toBe(before + 5_000);
  });

  it('puts off what is refused, and chooses again', async () => {
    const spec = {
      ...custom({}, UNSTOPPED),
      triggers: { ...specOf('treasury').triggers, cooldownSeconds: 7_200 },
    };
    const stage = await invested({ spec });
    await stage.price('7400');
    await stage.after(60_000);
    expect(runsOf(stage).at(-1)).toBe('PRICE ROLL NO_OP');
    expect(noticesOf(stage)[0]).toMatch(/^ROLL Roll into P-BTC-3700-20200131 put off: COOLDOWN: /);
    await stage.after(3 * HOUR);
    expect(runsOf(stage).at(-1)).toBe('PRICE ROLL REBALANCE');
    expect(runtimeOf(stage).index).toMatchObject({ deferralCount: 0, retryTime: undefined });
    const ids = stage.journal.runs.map(({ runId }) => runId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the rebalance agent, drift', () => {
  it('tells of a breach once for each crossing', async () => {
    const spec = custom({ autoRoll: false }, { stopLossDriftBps: 10_000 });
    const stage = await invested({ spec });
    const breaches = () => noticesOf(stage).filter((text) => text.includes('yearly drift'));
    await stage.price('6000');
    await stage.after(DAY);
    expect(breaches()).toHaveLength(1);
    await stage.price('5900');
    await stage.after(DAY);
    expect(breaches()).toHaveLength(1);
    await stage.price('10000');
    await stage.after(DAY);
    await stage.price('6000');
    await stage.after(DAY);
    expect(breaches()).toHaveLength(2);
  });

  it('above the stop unwinds everything, with the reason that names the stop', async () => {
    const spec = custom({ autoRoll: false }, { stopLossDriftBps: 650 });
    const stage = await invested({ spec });
    await stage.price('5000');
    await stage.after(DAY);
    expect(stage.intent.current()).toMatchObject({
      state: 'COMPLETED',
      endReason: 'Stop-loss triggered: drift exceeded 6.5%',
    });
    expect(noticesOf(stage)).toContain(
      'STOP_LOSS Stop-loss triggered: drift exceeded 6.5%. All positions are settled',
    );
    expect([stage.books.cash(), stage.books.positions()]).toEqual([0n, []]);
  });

  it.each([
    ['deposit', 7_777_777_777n],
    ['withdrawal', -3_333_333_333n],
  ])('does not see a %s mid-life: the value of a unit stays', async (_name, amount) => {
    const quiet = { without: ['REBALANCE'] as const };
    const stage = await startStage(quiet);
    const valueOf = () => {
      const { issuedUnits = 0n } = runtimeOf(stage).index ?? {};
      return (stage.books.cash() * 10n ** 12n) / issuedUnits;
    };
    expect(valueOf()).toBe(10n ** 12n);
    if (amount > 0n) stage.vault.deposit('USDC', amount);
    else stage.vault.withdraw('USDC', -amount);
    stage.rows.request('intent-1', stage.now());
    await stage.after(0);
    expect(valueOf()).toBe(10n ** 12n);
    expect(runtimeOf(stage).index).toMatchObject({ issuedUnits: 10_000_000_000n + amount });
  });

  it('stays where it was through a deposit while P is held, whatever the price did before', async () => {
    const stage = await invested({ spec: custom({ autoRoll: false }, UNSTOPPED) });
    await stage.price('8000');
    await stage.after(6 * HOUR + 1);
    const before = runtimeOf(stage).currentDriftBps;
    stage.vault.deposit('USDC', 4_000_000_000n);
    await stage.after(1);
    stage.rows.wake(['REBALANCE'], stage.now());
    await stage.after(0);
    expect(before).toBeGreaterThan(0);
    // Only the half spread of what the deposit buys is new: 5 bps of less than a third, in a month.
    expect(Math.abs(runtimeOf(stage).currentDriftBps - before)).toBeLessThan(20);
  });

  it('of leverage is measured against N, linked at rolls: what N loses is no drift', async () => {
    const stage = await invested({ spec: specOf('leverage'), venue: PLAIN_VENUE });
    await stage.price('9000');
    await stage.after(HOUR);
    const { index, currentDriftBps, totalRolls } = runtimeOf(stage);
    expect(totalRolls).toBe(1);
    // N lost most of its value, and the index with it.
    expect(index?.held && Number(formatDecimal(index.held.index))).toBeLessThan(0.6);
    // What is left are the costs: 5 bps to open and 10 to roll, over a week of the year.
    expect(currentDriftBps).toBeLessThan(1_000);
    expect(currentDriftBps).toBeGreaterThan(700);
  });
});
