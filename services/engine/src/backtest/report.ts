import { formatInstant, type Instant } from '@trimtab/core';
import { formatDecimal, fromBaseUnits, halfUpDiv, safeNumber } from '@trimtab/decimal';
import { seriesId } from '@trimtab/option-index';
import {
  derive,
  jsonPathOf,
  UNDERLYING_DECIMALS,
  validateStrategy,
  type IntentSpec,
} from '@trimtab/strategy';
import { assumptionsOf } from './assumptions.js';
import { differencesOf } from './differences.js';
import type { PlayedRun, RuntimeChange } from './journal.js';
import type {
  BacktestReport,
  ReportedFigures,
  ReportedPutOff,
  ReportedRoll,
  ReportedRun,
  ReportedValue,
} from './report-document.js';
import type { BacktestInput, BacktestOutcome } from './run-backtest.js';
import type { Sample } from './take-sample.js';

const YEAR_MILLIS = 31_536_000_000n;

/** What a backtest brought about, as a document that holds texts and whole numbers only. */
export function reportOf(input: BacktestInput, outcome: BacktestOutcome): BacktestReport {
  const { spec, settings, prices } = input;
  const { world, samples, startTime, endTime, failures } = outcome;
  const { journal, vault } = world;
  const { state, stateReason, runtime } = world.intent.current();
  const rolls = rollsOf(journal.reports, journal.runs);
  const figures = figuresOf(input, outcome, rolls);
  const partial = {
    kind: 'trimtab/backtest/v1',
    intent: intentOf(spec),
    warnings: validateStrategy(spec.type, spec.config, spec.constraints).warnings.map(
      ({ field, message }) => `${jsonPathOf(field)} ${message}`,
    ),
    seed: settings.venue.seed,
    period: {
      from: formatInstant(startTime),
      to: formatInstant(endTime),
      lastPrice: formatInstant(prices.at(-1)?.time ?? endTime),
      priceCount: prices.length,
    },
    final: {
      state,
      reason: stateReason,
      heldSeries: runtime.index?.held === undefined ? '' : seriesId(runtime.index.held.series),
      vaultMode: vault.view().mode,
    },
    figures,
    rolls,
    putOffs: putOffsOf(journal.reports, samples),
    runs: journal.runs.map(runOf),
    settlements: vault.settlements().map(({ time, series, leg, quantity, price, payout }) => ({
      time: formatInstant(time),
      assetId: `${leg}-${seriesId(series)}`,
      quantity: quantity.toString(),
      price: formatDecimal(price),
      payoutUsdc: usdc(payout),
    })),
    notices: journal.notices.map(({ time, kind, message, isWanted }) => ({
      time: formatInstant(time),
      kind,
      message,
      sent: isWanted,
    })),
    failures: failures.map(({ time, workId, message }) => ({
      time: formatInstant(time),
      work: workId,
      message,
    })),
    values: samples.map(valueOf),
  } as const;
  const assumptions = assumptionsOf(input);
  return { ...partial, differences: differencesOf(spec, partial), assumptions };
}

function intentOf(spec: IntentSpec) {
  const { type, collateral, ticker, config, constraints, notifications } = spec;
  const { asset, amount } = collateral;
  return {
    type,
    collateral: { asset, amount },
    ticker,
    config: { ...config },
    constraints: { ...constraints },
    notifications: { ...notifications, channels: [...notifications.channels] },
  };
}

/** Every report that counts one roll more, with the run that made it. */
function rollsOf(
  reports: readonly RuntimeChange[],
  runs: readonly PlayedRun[],
): readonly ReportedRoll[] {
  return reports.flatMap(({ before, after }): ReportedRoll[] => {
    if (after.totalRolls === before.totalRolls) return [];
    const run = runs.find(({ rebalanceId }) => rebalanceId === after.lastRebalanceId);
    if (run?.rebalance === undefined) return [];
    const { nav, cost } = run.rebalance;
    const old = before.index?.held;
    return [
      {
        time: formatInstant(run.createTime),
        cause: run.trigger,
        oldSeries: old === undefined ? '' : seriesId(old.series),
        newSeries: run.series === undefined ? '' : seriesId(run.series),
        spot: formatDecimal(run.spot),
        costBps: after.lastRollCostBps,
        valueBeforeUsdc: usdc(nav),
        valueAfterUsdc: usdc(nav - cost),
        soldCount: run.rebalance.actions.filter(({ side }) => side === 'SELL').length,
        quoted: run.rebalance.actions.every(({ quoted }) => quoted),
      },
    ];
  });
}

/** Every report that counts one deferral more. */
function putOffsOf(
  reports: readonly RuntimeChange[],
  samples: readonly Sample[],
): readonly ReportedPutOff[] {
  return reports.flatMap(({ time, before, after }): ReportedPutOff[] => {
    const count = after.index?.deferralCount ?? 0;
    if (count <= (before.index?.deferralCount ?? 0)) return [];
    const next = before.index?.next ?? after.index?.next;
    return [
      {
        time: formatInstant(time),
        cause: next?.trigger ?? '',
        series: next === undefined ? '' : seriesId(next.series),
        spot: spotAt(samples, time),
        inARow: count,
      },
    ];
  });
}

function spotAt(samples: readonly Sample[], time: Instant): string {
  const sample = samples.findLast((one) => one.time <= time) ?? samples[0];
  return sample === undefined ? '' : formatDecimal(sample.spot);
}

function runOf(run: PlayedRun): ReportedRun {
  const { createTime, trigger, purpose, outcome, reason, series, spot, rebalance } = run;
  return {
    time: formatInstant(createTime),
    trigger,
    purpose,
    outcome,
    reason,
    series: series === undefined ? '' : seriesId(series),
    spot: formatDecimal(spot),
    actions: (rebalance?.actions ?? []).map(({ side, assetId, outcome: trade, quoted }) => ({
      side,
      assetId,
      outcome: typeof trade === 'string' ? trade : 'FILLED',
      quantity: typeof trade === 'string' ? '0' : trade.quantity.toString(),
      cashUsdc: usdc(typeof trade === 'string' ? 0n : trade.cash),
      quoted,
      slippageBps: typeof trade === 'string' ? 0 : trade.slippageBps,
    })),
  };
}

function valueOf(sample: Sample): ReportedValue {
  const { time, spot, nav, issuedUnits, valuePerUnit, index, driftBps, heldSeries } = sample;
  return {
    time: formatInstant(time),
    spot: formatDecimal(spot),
    valueUsdc: usdc(nav),
    units: fromBaseUnits(issuedUnits, UNDERLYING_DECIMALS),
    valuePerUnit: valuePerUnit === undefined ? '' : formatDecimal(valuePerUnit),
    index: index === undefined ? '' : formatDecimal(index),
    driftBps,
    heldSeries: heldSeries ?? '',
  };
}

function figuresOf(
  { spec, prices }: BacktestInput,
  { world, samples, startTime, endTime }: BacktestOutcome,
  rolls: readonly ReportedRoll[],
): ReportedFigures {
  const { runtime } = world.intent.current();
  const { expectedRollsPerYear, estimatedMaxAnnualCostBps } = derive(spec.config, spec.constraints);
  const lastTime = prices.at(-1)?.time ?? endTime;
  const elapsed = BigInt(Math.max(Math.min(endTime, lastTime) - startTime, 1));
  const perYear = (amount: bigint): bigint => halfUpDiv(amount * YEAR_MILLIS, elapsed);
  const drifts = world.journal.reports.map(({ time, after }) => ({
    time,
    driftBps: after.currentDriftBps,
  }));
  const most = drifts.reduce((highest, one) => (one.driftBps > highest.driftBps ? one : highest), {
    time: startTime,
    driftBps: 0,
  });
  const last = samples.findLast(({ valuePerUnit }) => valuePerUnit !== undefined);
  const breaches = world.journal.notices.filter(({ kind }) => kind === 'THRESHOLD_BREACH');
  return {
    days: safeNumber(elapsed / 86_400_000n),
    rollCount: runtime.totalRolls,
    rollsPerYearHundredths: safeNumber(perYear(BigInt(runtime.totalRolls) * 100n)),
    expectedRollsPerYear,
    totalCostBps: runtime.totalCostBps,
    yearlyCostBps: safeNumber(perYear(BigInt(runtime.totalCostBps))),
    estimatedMaxAnnualCostBps,
    dearestRollBps: rolls.reduce((highest, { costBps }) => Math.max(highest, costBps), 0),
    driftMaximumBps: most.driftBps,
    driftMaximumTime: formatInstant(most.time),
    driftFinalBps: runtime.currentDriftBps,
    breachCount: breaches.length,
    finalValuePerUnit: last?.valuePerUnit === undefined ? '' : formatDecimal(last.valuePerUnit),
    paidToOwnerUsdc: usdc(paidOut(world.books.lines())),
  };
}

function paidOut(
  lines: readonly { readonly kind: string; readonly account: string; readonly amount: bigint }[],
): bigint {
  return lines.reduce(
    (sum, { kind, account, amount }) =>
      kind === 'WITHDRAWAL' && account === 'CASH' ? sum - amount : sum,
    0n,
  );
}

function usdc(amount: bigint): string {
  return fromBaseUnits(amount, UNDERLYING_DECIMALS);
}
