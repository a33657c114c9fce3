import { invariant } from '@trimtab/core';
import {
  compareDecimals,
  DECIMAL_ONE,
  formatDecimal,
  decimalOf,
  halfUpDiv,
  multiplyDecimals,
  parseDecimal,
  type Decimal,
} from '@trimtab/decimal';
import type { IntentSpec } from '@trimtab/strategy';
import type { BacktestReport } from './report-document.js';

/** What the sentences are made from. */
type Measured = Pick<BacktestReport, 'figures' | 'rolls' | 'putOffs' | 'final' | 'runs'>;

/**
 * Why the measured yearly cost differs from the estimate of the derived figures, one sentence each. The
 * estimate is a ceiling for scheduled rolls only: rolls per year by maturity, each at its limit.
 */
export function differencesOf(spec: IntentSpec, measured: Measured): readonly string[] {
  const { figures } = measured;
  const { yearlyCostBps, estimatedMaxAnnualCostBps } = figures;
  const word =
    yearlyCostBps > estimatedMaxAnnualCostBps
      ? 'above'
      : yearlyCostBps < estimatedMaxAnnualCostBps
        ? 'below'
        : 'equal to';
  return [
    `Measured are ${yearlyCostBps} bps a year, ${word} the estimate of ${estimatedMaxAnnualCostBps} bps (${figures.expectedRollsPerYear} scheduled rolls at the limit of ${spec.constraints.maxSlippagePerRollBps} bps each).`,
    ...causes(spec, measured),
    ...price(spec, measured),
    ...putOff(measured),
    ...ending(measured),
  ];
}

function causes({ config }: IntentSpec, measured: Measured): readonly string[] {
  const { rolls, figures } = measured;
  if (rolls.length === 0) return ['No roll was made.'];
  const byPrice = rolls.filter(({ cause }) => cause === 'PRICE').length;
  const atMaturity = rolls.filter(({ cause }) => cause === 'MATURITY').length;
  const onlyBuys = rolls.filter(({ soldCount }) => soldCount === 0).length;
  const average = halfUpDiv(BigInt(figures.totalCostBps) * 100n, BigInt(rolls.length));
  return [
    `${rolls.length} rolls in ${daysText(figures.days)}: ${atMaturity} by maturity, which the estimate counts, and ${byPrice} by price, which it does not.`,
    `A roll cost ${formatDecimal(decimalOf(average, 2))} bps on average and ${figures.dearestRollBps} bps at most; the estimate takes the limit for each.`,
    ...(onlyBuys > 0
      ? [`${onlyBuys} rolls only bought: what had matured was paid in cash, which costs nothing.`]
      : []),
    ...(config.rollStrategy === 'shortDated'
      ? [
          'shortDated rolls when a tenth of the life is left, so that more rolls fit into a year than the estimate counts.',
        ]
      : []),
  ];
}

/** Where the trigger is no lower than the price at the opening. */
function price({ config }: IntentSpec, { rolls }: Measured): readonly string[] {
  const product = multiplyDecimals(
    decimalIn(config.strikeRatio),
    decimalIn(config.rebalanceThreshold),
  );
  if (compareDecimals(product, DECIMAL_ONE) < 0 || rolls.length === 0) return [];
  return [
    'strikeRatio × rebalanceThreshold is 1 or more: it rolls at the first price below the one it opened at.',
  ];
}

function decimalIn(text: string): Decimal {
  const parsed = parseDecimal(text);
  invariant(parsed.ok, `the terms are validated, found ${text}`);
  return parsed.value;
}

function putOff({ putOffs }: Measured): readonly string[] {
  if (putOffs.length === 0) return [];
  return [`${putOffs.length} times a purchase was put off and tried again later.`];
}

function ending({ final, figures }: Measured): readonly string[] {
  if (final.state === 'ACTIVE') return [];
  const reason = final.reason === '' ? '' : ` (${final.reason})`;
  return [
    `The intent was ${final.state}${reason} after ${daysText(figures.days)}: nothing was rolled since.`,
  ];
}

function daysText(days: number): string {
  return days === 0 ? 'less than a day' : `${days} days`;
}
