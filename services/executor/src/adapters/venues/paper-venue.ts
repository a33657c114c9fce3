import { sql } from 'kysely';
import type { Database } from '@trimtab/storage';
import type { MarketSource, Submission, Venue, VenueAnswer } from '../../application/ports.js';
import { rejection, type Executed, type VenueReport } from '../../domain/execution-report.js';
import { isOutage, type FailureReason } from '../../domain/failure-reason.js';
import type { Order } from '../../domain/order.js';
import { fillOnPaper } from '../../domain/paper-fill.js';
import type { PaperModel } from '../../domain/paper-trade.js';
import { outcomeOf, type PaperOutcome, type PaperScriptLine } from '../../domain/paper-script.js';
import type { ExecutorTables } from '../postgres/tables.js';

/** What the paper venue is made of. */
export interface PaperVenueOptions {
  readonly database: Database<ExecutorTables>;
  readonly markets: MarketSource;
  readonly model: PaperModel;
  readonly script: readonly PaperScriptLine[];
  /** Waits; a test may make time pass at once. */
  readonly pause: (millis: number, signal: AbortSignal) => Promise<void>;
}

/**
 * A venue that fills at the oracle's price. It remembers every client order id in tables of its own,
 * outside the executor's transaction, and answers a known one as it did the first time.
 */
export function createPaperVenue(options: PaperVenueOptions): Venue {
  return {
    name: 'paper',
    query: (orderId) => readAnswer(options.database, orderId),
    submit: async (order, signal) => {
      const outcome = outcomeOf(options.script, order);
      if (outcome.kind === 'ANSWER_LATE' || outcome.kind === 'TIME_OUT') {
        await options.pause(outcome.afterMillis, signal);
      }
      const execution = await execute(options, order, outcome, signal);
      if (execution.kind === 'OUTAGE') return execution;
      const answer = await remember(options.database, order.orderId, execution.answer);
      return { kind: 'ANSWER', answer };
    },
  };
}

async function execute(
  options: PaperVenueOptions,
  order: Order,
  outcome: PaperOutcome,
  signal: AbortSignal,
): Promise<Submission> {
  if (outcome.kind === 'FAIL') return failure(outcome.reason);
  if (outcome.kind === 'TIME_OUT') return failure('VENUE_TIMEOUT');
  const market = await options.markets.market(order.assetId, signal);
  if (market === undefined) {
    const message = `${order.assetId} has no healthy price`;
    return { kind: 'OUTAGE', refusal: { reason: 'PRICE_STALE', message } };
  }
  const fillBps = outcome.kind === 'FILL_PART' ? outcome.fillBps : 10_000;
  const reports = fillOnPaper({ order, market, model: options.model, fillBps });
  const deliveryCount = outcome.kind === 'ANSWER_TWICE' ? 2 : 1;
  return { kind: 'ANSWER', answer: { reports, deliveryCount } };
}

/** A scripted failure; the two that pass by themselves are outages, which the venue forgets. */
function failure(reason: FailureReason): Submission {
  if (isOutage(reason)) return { kind: 'OUTAGE', refusal: { reason, message: 'scripted' } };
  const reports = [rejection(reason, 'paper-scripted')];
  return { kind: 'ANSWER', answer: { reports, deliveryCount: 1 } };
}

/** Stores the first answer to an order and returns it, also to a second submission. */
async function remember(
  database: Database<ExecutorTables>,
  orderId: string,
  answer: VenueAnswer,
): Promise<VenueAnswer> {
  const { rowCount } = await database.pool.query({
    name: 'paper-remember',
    text: `insert into paper_orders (client_order_id, answer) values ($1, $2::jsonb)
      on conflict (client_order_id) do nothing`,
    values: [orderId, toJson(answer)],
  });
  return rowCount === 1 ? answer : ((await readAnswer(database, orderId)) ?? answer);
}

async function readAnswer(
  database: Database<ExecutorTables>,
  orderId: string,
): Promise<VenueAnswer | undefined> {
  const { rows } = await sql<{ answer: string }>`
    select answer::text as answer from paper_orders where client_order_id = ${orderId}`.execute(
    database.kysely,
  );
  const [row] = rows;
  return row === undefined ? undefined : fromJson(row.answer);
}

/** An answer that was stored before shorts has no collateral. */
type StoredExecuted = Record<Exclude<keyof Executed, 'collateral'>, string> & {
  readonly collateral?: string;
};
type StoredReport = Omit<VenueReport, 'executed'> & { readonly executed: StoredExecuted };

function toJson({ reports, deliveryCount }: VenueAnswer): string {
  const stored = reports.map((report) => ({
    ...report,
    executed: {
      quantity: report.executed.quantity.toString(),
      underlying: report.executed.underlying.toString(),
      collateral: report.executed.collateral.toString(),
      fee: report.executed.fee.toString(),
    },
  }));
  return JSON.stringify({ reports: stored, deliveryCount });
}

function fromJson(text: string): VenueAnswer {
  const stored = JSON.parse(text) as { reports: StoredReport[]; deliveryCount: number };
  return {
    deliveryCount: stored.deliveryCount,
    reports: stored.reports.map((report) => ({
      ...report,
      executed: {
        quantity: BigInt(report.executed.quantity),
        underlying: BigInt(report.executed.underlying),
        collateral: BigInt(report.executed.collateral ?? '0'),
        fee: BigInt(report.executed.fee),
      },
    })),
  };
}
