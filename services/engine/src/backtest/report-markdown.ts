import { decimalOf, formatDecimal } from '@trimtab/decimal';
import type { BacktestReport, ReportedRoll } from './report-document.js';

/** Rows of a table that people read; the rest is in the JSON. */
const MAX_ROWS = 60;

/** The report as Markdown, for people: everything but the values at each price. */
export function reportMarkdown(report: BacktestReport): string {
  const { intent, period, final, figures, seed } = report;
  const { asset, amount } = intent.collateral;
  return [
    `# Backtest: ${intent.type} over ${intent.ticker}`,
    `${amount} ${asset} from ${period.from} to ${period.to}, ${period.priceCount} recorded prices to ${period.lastPrice}, seed \`${seed}\`.`,
    `The intent is **${final.state}**${final.reason === '' ? '' : `: ${final.reason}`}. ${heldText(report)}`,
    '## Figures',
    table(['figure', 'value'], figureRows(report)),
    '## Measured and estimated',
    list(report.differences),
    section(
      'Rolls',
      ['time', 'cause', 'from', 'into', 'spot', 'cost bps', 'before', 'after'],
      report.rolls.map(rollRow),
    ),
    section(
      'Put off',
      ['time', 'cause', 'series', 'spot', 'in a row'],
      report.putOffs.map(({ time, cause, series, spot, inARow }) => [
        time,
        cause,
        series,
        spot,
        String(inARow),
      ]),
    ),
    section(
      'Settlements',
      ['time', 'half', 'quantity', 'price', 'paid USDC'],
      report.settlements.map(({ time, assetId, quantity, price, payoutUsdc }) => [
        time,
        assetId,
        quantity,
        price,
        payoutUsdc,
      ]),
    ),
    section(
      'Notices',
      ['time', 'kind', 'message', 'sent'],
      report.notices.map(({ time, kind, message, sent }) => [
        time,
        kind,
        message,
        sent ? 'yes' : 'not wanted',
      ]),
    ),
    section(
      'Ticks that failed',
      ['time', 'work', 'message'],
      report.failures.map(({ time, work, message }) => [time, work, message]),
    ),
    report.warnings.length === 0 ? '' : `## Warnings of the intent\n\n${list(report.warnings)}`,
    '## Assumptions',
    list(report.assumptions),
    figures.days < 365
      ? 'The period is shorter than a year: yearly figures are extrapolated from it.'
      : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

function heldText({ final, figures }: BacktestReport): string {
  if (final.state !== 'ACTIVE') return `${figures.paidToOwnerUsdc} USDC were paid to the owner.`;
  return final.heldSeries === '' ? 'It holds cash.' : `It holds ${final.heldSeries}.`;
}

function figureRows({ figures }: BacktestReport): readonly (readonly string[])[] {
  const rollsPerYear = formatDecimal(decimalOf(BigInt(figures.rollsPerYearHundredths), 2));
  return [
    ['days', String(figures.days)],
    ['rolls', String(figures.rollCount)],
    ['rolls a year', `${rollsPerYear} (scheduled: ${figures.expectedRollsPerYear})`],
    ['cost of all rolls', `${figures.totalCostBps} bps`],
    ['cost a year', `${figures.yearlyCostBps} bps`],
    ['estimatedMaxAnnualCostBps', `${figures.estimatedMaxAnnualCostBps} bps`],
    ['dearest roll', `${figures.dearestRollBps} bps`],
    ['largest drift', `${figures.driftMaximumBps} bps at ${figures.driftMaximumTime}`],
    ['drift at the end', `${figures.driftFinalBps} bps`],
    ['breaches notified', String(figures.breachCount)],
    ['last value per unit', figures.finalValuePerUnit],
  ];
}

function rollRow(roll: ReportedRoll): readonly string[] {
  const { time, cause, oldSeries, newSeries, spot, costBps } = roll;
  const { valueBeforeUsdc, valueAfterUsdc } = roll;
  return [
    time,
    cause,
    oldSeries,
    newSeries,
    spot,
    String(costBps),
    valueBeforeUsdc,
    valueAfterUsdc,
  ];
}

function section(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) return '';
  const more = rows.length - MAX_ROWS;
  const rest = more > 0 ? `\n\n${more} more are in the JSON.` : '';
  return `## ${title}\n\n${table(head, rows.slice(0, MAX_ROWS))}${rest}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
