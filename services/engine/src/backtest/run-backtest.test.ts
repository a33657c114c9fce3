import { addMillis, formatInstant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import type { IntentSpec, StrategyType } from '@trimtab/strategy';
import { describe, expect, it } from 'vitest';
import { inputOf, play, type Played } from './backtest.fixture.js';
import { reportMarkdown } from './report-markdown.js';
import { reportOf } from './report.js';
import { DAY_MILLIS, dec, specOf, START } from './world.fixture.js';

/** The report of prices of one day each. */
async function reported(
  spec: IntentSpec,
  prices: readonly string[],
  more: Omit<Played, 'spec' | 'prices'> = {},
) {
  const played = { spec, prices: prices.map(dec), ...more };
  return reportOf(inputOf(played), await play(played));
}

const still = (days: number, price = '10000'): string[] => Array<string>(days).fill(price);

function withConfig(type: StrategyType, change: Partial<IntentSpec['config']>): IntentSpec {
  const spec = specOf(type);
  return { ...spec, config: { ...spec.config, ...change } };
}

function withLimits(type: StrategyType, change: Partial<IntentSpec['constraints']>): IntentSpec {
  const spec = specOf(type);
  return { ...spec, constraints: { ...spec.constraints, ...change } };
}

describe('a backtest', () => {
  it('opens at the first price: strike at half of it, all the cash in P', async () => {
    const { values, runs } = await reported(specOf('treasury'), still(2));
    expect(runs.map(({ trigger, outcome, series }) => [trigger, outcome, series])).toEqual([
      ['OPENING', 'REBALANCE', 'BTC-5000-20200131'],
    ]);
    expect(values.at(-1)).toMatchObject({ units: '10000', index: '1' });
  });

  it('rolls when the price falls below strike × threshold, and not at it', async () => {
    // A fall of a quarter in a day is a drift far above the stop of the template.
    const spec = withLimits('treasury', { stopLossDriftBps: 10_000 });
    const at = await reported(spec, ['10000', '7500']);
    expect(at.rolls).toEqual([]);
    const below = await reported(spec, ['10000', '7499.99']);
    expect(below.rolls).toMatchObject([
      {
        cause: 'PRICE',
        oldSeries: 'BTC-5000-20200131',
        newSeries: 'BTC-3749-20200201',
        spot: '7499.99',
        // Half of the spread of 6 bps when it sells, half when it buys.
        costBps: 6,
        quoted: true,
      },
    ]);
    expect(below.notices).toMatchObject([
      { kind: 'THRESHOLD_BREACH', sent: true },
      { kind: 'ROLL', sent: true },
    ]);
  });

  it('settles at maturity by the last price before it, after the delay, and buys again', async () => {
    const { settlements, rolls } = await reported(specOf('treasury'), still(32));
    expect(settlements).toMatchObject([
      { time: '2020-01-31T09:00:00.000Z', assetId: 'P-BTC-5000-20200131', price: '10000' },
    ]);
    expect(rolls).toMatchObject([
      { cause: 'MATURITY', newSeries: 'BTC-5000-20200301', costBps: 3 },
    ]);
    expect(formatInstant(START)).toBe('2020-01-01T00:00:00.000Z');
  });

  it('of a shortDated intent rolls when a tenth of the life is left, before any settlement', async () => {
    const { settlements, rolls } = await reported(specOf('hedge'), still(16));
    expect(settlements).toEqual([]);
    // 14 days and 8 hours from 00:00:02 on; a tenth of them before 2020-01-15 08:00.
    expect(rolls.map(({ time }) => time.slice(0, 13))).toEqual(['2020-01-13T21']);
  });

  it('of a manual intent notifies the breach once, rolls nothing, and ends with the maturity', async () => {
    const { rolls, notices, final, figures } = await reported(specOf('custom'), [
      ...still(3),
      ...still(30, '7000'),
    ]);
    expect(rolls).toEqual([]);
    expect(notices.map(({ kind }) => kind)).toEqual(['THRESHOLD_BREACH', 'ROLL']);
    expect(final).toMatchObject({ state: 'COMPLETED', reason: 'all positions settled' });
    expect(final.vaultMode).toBe('CLOSED');
    expect(Number(figures.paidToOwnerUsdc)).toBeGreaterThan(9_990);
  });

  it('is stopped when the drift exceeds the stop, with the reason that names it', async () => {
    const { final, notices, values, figures } = await reported(specOf('treasury'), [
      '10000',
      '3000',
      '3000',
    ]);
    expect(final).toMatchObject({
      state: 'COMPLETED',
      reason: 'Stop-loss triggered: drift exceeded 5%',
      vaultMode: 'CLOSED',
    });
    expect(notices.map(({ kind }) => kind)).toContain('STOP_LOSS');
    expect(values).toHaveLength(2);
    // P of 10 000 / 5 000 units is worth less than 3 000 each.
    expect(Number(figures.paidToOwnerUsdc)).toBeLessThan(6_000);
  });

  it('puts a roll off that is quoted above its limit, and tells the owner once', async () => {
    const limits = { maxSlippagePerRollBps: 5, stopLossDriftBps: 10_000 };
    const spec = withLimits('treasury', limits);
    const { rolls, putOffs, notices } = await reported(spec, ['10000', '7000', '7000']);
    expect(rolls).toEqual([]);
    expect(putOffs.length).toBeGreaterThan(2);
    expect(putOffs[0]).toMatchObject({ cause: 'PRICE', spot: '7000', inARow: 1 });
    expect(notices.filter(({ kind }) => kind === 'ROLL')).toHaveLength(1);
  });

  it('fills at the model with drawn slippage where nobody quotes', async () => {
    const spec = withConfig('yield', { maturityDays: 30 });
    const { runs } = await reported(spec, ['10000', '9990', '9980'], {
      choices: { venueSlippageBps: 3 },
    });
    const actions = runs.flatMap((run) => run.actions);
    expect(actions.map(({ quoted }) => quoted)).toEqual([false, false, false, false, false]);
    expect(actions.every(({ slippageBps }) => slippageBps >= 0 && slippageBps <= 3)).toBe(true);
  });

  it('refuses a fill beyond the slippage limit and tries again', async () => {
    const { rolls, putOffs, runs } = await reported(specOf('yield'), ['10000', '9000', '9000'], {
      choices: { venueFeeBps: 11, venueSlippageBps: 0 },
    });
    expect(rolls).toEqual([]);
    expect(putOffs.length).toBeGreaterThan(0);
    expect(runs[1]?.actions[0]).toMatchObject({ side: 'SELL', outcome: 'SLIPPAGE_EXCEEDED' });
  });

  it('issues units at their value on a deposit and redeems them on a withdrawal in kind', async () => {
    const later = (days: number) => addMillis(START, days * DAY_MILLIS);
    const { values } = await reported(specOf('treasury'), still(6), {
      choices: { spreadBps: 0 },
      flows: [
        { kind: 'DEPOSIT', time: later(2), assetId: 'USDC', amount: 5_000_000_000n },
        { kind: 'WITHDRAWAL', time: later(4), partBps: 5_000 },
      ],
    });
    const units = values.map((value) => Math.round(Number(value.units)));
    // The units follow when the agents look next, six hours later; until then there is no value per unit.
    expect(units).toEqual([10_000, 10_000, 10_000, 15_000, 15_000, 7_500, 7_500]);
    expect(
      values.map(({ valuePerUnit }) => valuePerUnit && Number(valuePerUnit).toFixed(3)),
    ).toEqual(['1.000', '1.000', '', '1.000', '', '1.000', '1.000']);
  });

  it('swaps collateral of the base into the denomination first', async () => {
    const spec = specOf('treasury', { collateral: { asset: 'WBTC', amount: '2' } });
    const { runs, values } = await reported(spec, still(2), { choices: { venueSlippageBps: 0 } });
    expect(runs[0]).toMatchObject({ trigger: 'COLLATERAL', outcome: 'REBALANCE' });
    expect(values[1]?.heldSeries).toBe('BTC-5000-20200131');
    expect(Number(values[1]?.valueUsdc)).toBeGreaterThan(19_900);
  });

  it('is bounded: more ticks than allowed are an error', async () => {
    const input = inputOf({ spec: specOf('treasury'), prices: still(40).map(dec) });
    const settings = { ...input.settings, maxTicks: 100 };
    const { runBacktest } = await import('./run-backtest.js');
    await expect(runBacktest({ ...input, settings })).rejects.toThrow('more than 100 ticks');
  });

  it('says what differs from the estimate, what it assumes and what the intent warns of', async () => {
    const report = await reported(specOf('yield'), ['10000', '9000', '9000']);
    expect(report.warnings).toEqual([expect.stringContaining('config.rebalanceThreshold')]);
    expect(report.differences[0]).toContain('the estimate of 70 bps (7 scheduled rolls');
    expect(report.differences.join(' ')).toContain('rolls at the first price below');
    expect(report.assumptions.join(' ')).toContain('a slippage of 0 to 5 bps that is drawn');
    const text = reportMarkdown(report);
    for (const part of ['## Figures', '## Rolls', '## Warnings of the intent', '## Assumptions']) {
      expect(text).toContain(part);
    }
    expect(formatDecimal(dec('1'))).toBe('1');
  });
});
