import type { JsonValue } from '@trimtab/canonical';
import type { Database } from '@trimtab/storage';
import type { BundleSource } from '../../application/export-rebalance.js';
import type { BundleEntry, BundleParts, BundlePlan } from '../../domain/bundle.js';
import type { EventDocument } from '../../domain/event-document.js';
import { reportIdOf } from '../../domain/ids.js';
import type { RebalanceDocument } from '../../domain/rebalance-document.js';
import { createQuery, type Query } from './query.js';
import { INBOX_CONSUMER } from './step-statement.js';
import type { OrderGenTables } from './tables.js';
import { toLedgerEntry, type LedgerRow } from './vault-rows.js';

/** Turns stored messages into the documents of a bundle. */
export interface BundleDocuments {
  readonly snapshotOf: (bytes: Uint8Array) => JsonValue;
  readonly planOf: (bytes: Uint8Array) => BundlePlan;
  readonly reportSequenceOf: (report: Uint8Array) => number;
}

/** Reads the parts of a bundle in one transaction that sees one moment of the database. */
export function createBundleReader(
  database: Database<OrderGenTables>,
  documents: BundleDocuments,
): BundleSource {
  return {
    readParts: (rebalanceId) =>
      database.kysely
        .transaction()
        .setIsolationLevel('repeatable read')
        .execute((tx) => readParts(createQuery(tx), documents, rebalanceId)),
  };
}

interface HeaderRow {
  readonly vault_id: string;
  readonly document: string;
  readonly state_hash: string;
  readonly snapshot: Buffer;
  readonly plan: Buffer | null;
}

async function readParts(
  query: Query,
  documents: BundleDocuments,
  rebalanceId: string,
): Promise<BundleParts | undefined> {
  const [header] = await query<HeaderRow>(
    `select r.vault_id, r.document, r.state_hash, s.document as snapshot, p.document as plan
     from rebalances r
     join snapshot_copies s on s.snapshot_hash = r.snapshot_hash
     left join plan_copies p on p.plan_hash = r.plan_hash
     where r.rebalance_id = $1`,
    [rebalanceId],
  );
  if (header === undefined) return undefined;
  const events = await query<{ document: string }>(
    'select document from rebalance_events where rebalance_id = $1 order by sequence',
    [rebalanceId],
  );
  return {
    snapshot: documents.snapshotOf(header.snapshot),
    ...(header.plan !== null && { plan: documents.planOf(header.plan) }),
    rebalance: JSON.parse(header.document) as RebalanceDocument,
    events: events.map(({ document }) => JSON.parse(document) as EventDocument),
    ledger: await readLedger(query, documents, header.vault_id, rebalanceId),
    stateHash: header.state_hash,
  };
}

interface EntryRow extends LedgerRow {
  readonly action_index: number | null;
  readonly report: Buffer | null;
}

/**
 * The lines that the steps of this rebalance booked, as its feed names them: late corrections of an
 * earlier rebalance that entered this fold are among them, corrections of this one that entered a
 * later fold are not.
 */
async function readLedger(
  query: Query,
  documents: BundleDocuments,
  vaultId: string,
  rebalanceId: string,
): Promise<readonly BundleEntry[]> {
  const rows = await query<EntryRow>(
    `with booked as (
       select distinct f.data::jsonb ->> 'transaction_id' as transaction_id
       from rebalance_feed f where f.rebalance_id = $2 and f.kind = 'LEDGER'
     )
     select l.*, a.index as action_index, i.payload as report
     from booked b
     join ledger_entries l on l.transaction_id = b.transaction_id and l.vault_id = $1
     left join rebalance_actions a
       on a.rebalance_id = l.rebalance_id and a.order_id = l.order_id
     left join inbox i on i.consumer = '${INBOX_CONSUMER}' and i.event_id = l.event_id
     order by l.sequence`,
    [vaultId, rebalanceId],
  );
  return rows.map((row) => {
    const { kind, account, assetId, position, amount, transactionId, orderId } = toLedgerEntry(row);
    const reportSequence = sequenceOf(row, documents);
    return {
      transactionId,
      kind,
      account,
      assetId,
      ...(position !== undefined && { position }),
      amount,
      ...(row.rebalance_id !== null && { rebalanceId: row.rebalance_id }),
      ...(row.action_index !== null && { index: row.action_index }),
      ...(orderId !== undefined && { orderId }),
      ...(reportSequence !== undefined && { reportSequence }),
    };
  });
}

/**
 * The number that the event id was made with: the report's own, or 0 for what an admin settled;
 * undefined when the id was made otherwise.
 */
function sequenceOf(row: EntryRow, { reportSequenceOf }: BundleDocuments): number | undefined {
  const { order_id: orderId, event_id: eventId, report } = row;
  if (orderId === null || report === null) return undefined;
  const stated = reportSequenceOf(report);
  return [stated, 0].find((sequence) => reportIdOf(orderId, sequence) === eventId);
}
