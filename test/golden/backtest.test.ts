import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { backtestFiles, backtestJson, playBacktest } from '@trimtab/cli/backtest';
import { instant } from '@trimtab/core';
import type { BacktestReport } from '@trimtab/engine/backtest';
import {
  playTemplate,
  requestOf,
  TEMPLATES,
  type TemplateName,
} from './backtest/golden-backtest.js';

const played = new Map<TemplateName, Promise<BacktestReport>>();

/** Each template is played once for all tests. */
function reportOf(template: TemplateName): Promise<BacktestReport> {
  const report = played.get(template) ?? playTemplate(template);
  played.set(template, report);
  return report;
}

/** What the drawn slippage does not touch. */
function decisionsOf({ runs, rolls, period, final, notices }: BacktestReport) {
  return {
    period,
    final,
    runs: runs.map(({ actions, ...run }) => ({
      ...run,
      actions: actions.map(({ side, assetId, outcome, quoted }) => ({
        side,
        assetId,
        outcome,
        quoted,
      })),
    })),
    rolls: rolls.map(({ time, cause, oldSeries, newSeries, spot, quoted }) => ({
      time,
      cause,
      oldSeries,
      newSeries,
      spot,
      quoted,
    })),
    rollNotices: notices.filter(({ kind }) => kind === 'ROLL').map(({ time }) => time),
  };
}

describe('a backtest of the third story of the demo', () => {
  it('does what the services do: the same series, the same day, the same cost and drift', async () => {
    // What test/e2e/demo-roll.test.ts sees of the services over the same seven prices.
    const report = await playBacktest({
      ...requestOf('treasury'),
      from: instant(Date.parse('2017-09-09T00:00:00Z')),
      to: instant(Date.parse('2017-09-15T00:00:00Z')),
    });
    expect(
      report.runs.map(({ trigger, series, actions }) => [trigger, series, actions.length]),
    ).toEqual([
      ['OPENING', 'BTC-2175-20171009', 1],
      ['PRICE', 'BTC-1625-20171015', 2],
    ]);
    expect(report.rolls).toMatchObject([{ costBps: 6, spot: '3250.2' }]);
    expect(report.notices.map(({ message }) => message.split(' (')[0])).toEqual([
      'The yearly drift is 323 bps, the limit is 200',
      'Rolled into P-BTC-1625-20171015 at a cost of 6 bps',
    ]);
  });
});

describe('the backtests of the templates over two years of BTC', () => {
  it.each(TEMPLATES)('%s is its golden folder, byte for byte', async (template) => {
    const folder = new URL(`./backtest/${template}/`, import.meta.url);
    const files = await backtestFiles(await reportOf(template));
    expect(readdirSync(folder).sort()).toEqual(['intent.json', ...files.keys()].sort());
    for (const [name, text] of files) {
      expect(readFileSync(new URL(name, folder), 'utf8')).toBe(text);
    }
  });

  it('are the same bytes in every run with one seed', async () => {
    const again = await playTemplate('yield');
    expect(backtestJson(again)).toBe(backtestJson(await reportOf('yield')));
  });

  it('with another seed decide the same, and differ where slippage was drawn', async () => {
    const [one, other] = [await reportOf('yield'), await playTemplate('yield', 'another')];
    expect(decisionsOf(other)).toEqual(decisionsOf(one));
    const drawn = (report: BacktestReport): readonly number[] =>
      report.runs.flatMap(({ actions }) => actions.map(({ slippageBps }) => slippageBps));
    expect(drawn(other)).not.toEqual(drawn(one));
    expect(other.figures.totalCostBps).not.toBe(one.figures.totalCostBps);
  });

  it('are equal but for the name of the seed where every order meets a quote', async () => {
    const [one, other] = [await reportOf('treasury'), await playTemplate('treasury', 'another')];
    expect(one.runs.every(({ actions }) => actions.every(({ quoted }) => quoted))).toBe(true);
    expect({ ...other, seed: one.seed }).toEqual(one);
  });

  it.each(TEMPLATES)('%s stands in the README as it was measured', async (template) => {
    const { figures, final } = await reportOf(template);
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const row = readme.split('\n').find((line) => line.startsWith(`| ${template} `)) ?? '';
    expect(row.split('|').map((cell) => cell.trim())).toEqual([
      '',
      template,
      String(figures.rollsPerYearHundredths / 100),
      String(figures.expectedRollsPerYear),
      String(figures.yearlyCostBps),
      String(figures.estimatedMaxAnnualCostBps),
      String(figures.driftMaximumBps),
      String(figures.driftFinalBps),
      figures.finalValuePerUnit,
      final.state,
      '',
    ]);
  });

  it.each(TEMPLATES)('%s has no tick that failed', async (template) => {
    expect((await reportOf(template)).failures).toEqual([]);
  });

  it.each(TEMPLATES)(
    '%s: every roll is within its limit, at most one an hour',
    async (template) => {
      const { rolls, intent } = await reportOf(template);
      const limit = Number(intent.constraints['maxSlippagePerRollBps']);
      expect(rolls.filter(({ costBps }) => costBps > limit)).toEqual([]);
      const times = rolls.map(({ time }) => Date.parse(time));
      const gaps = times.slice(1).map((time, place) => time - (times[place] ?? 0));
      expect(gaps.filter((gap) => gap < 3_600_000)).toEqual([]);
    },
  );
});
