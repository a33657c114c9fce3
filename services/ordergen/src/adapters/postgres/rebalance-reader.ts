import type { PlanCopy, SnapshotContent } from '../../application/documents.js';
import type { ExecutionReport } from '../../application/execution-report.js';
import {
  FEED_PAGE,
  type FeedKind,
  type OrderGenReader,
  type RebalanceFilter,
} from '../../application/ports.js';
import type { RebalanceView } from '../../application/rebalance-record.js';
import type { Query } from './query.js';
import {
  headOf,
  REBALANCE_QUERY,
  toActionRecord,
  toFacts,
  toRunning,
  type ActionRow,
  type RebalanceRow,
} from './rebalance-rows.js';
import { oneOf, toCount, toInstant } from './row-values.js';
import { INBOX_CONSUMER } from './step-statement.js';

/** Reads the messages of other services that are stored as they came. */
export interface StoredMessages {
  readonly readSnapshot: (bytes: Uint8Array) => SnapshotContent;
  readonly readPlan: (bytes: Uint8Array) => PlanCopy;
  readonly readReport: (bytes: Uint8Array) => ExecutionReport;
}

/** The reads of rebalances. */
export type RebalanceReader = Omit<
  OrderGenReader,
  'findVault' | 'listVaults' | 'listLedger' | 'listTransactions' | 'holdingsAt'
>;

const FEED_KINDS: readonly FeedKind[] = [
  'PLAN',
  'DISPATCH',
  'RESULT',
  'RECALIBRATION',
  'LEDGER',
  'STATE',
  'END',
];

/** Creates the reads. */
export function createRebalanceReader(query: Query, stored: StoredMessages): RebalanceReader {
  const actionRow = async (rebalanceId: string, index: number): Promise<ActionRow | undefined> => {
    const [row] = await query<ActionRow>(
      `select a.*, exists (select from rebalance_pins p
         where p.rebalance_id = a.rebalance_id and p.index = a.index) as pinned
       from rebalance_actions a where a.rebalance_id = $1 and a.index = $2`,
      [rebalanceId, index],
    );
    return row;
  };
  return {
    findRebalance: (rebalanceId) => findRebalance(query, stored, rebalanceId),
    listRebalances: async (filter, page) => {
      const [millis, id] = (page.cursor ?? '').split('/');
      const rows = await query<RebalanceRow>(
        `${REBALANCE_QUERY}
         where ($1::bigint is null or r.create_time < to_timestamp($1::bigint / 1000.0)
             or (r.create_time = to_timestamp($1::bigint / 1000.0) and r.rebalance_id > $2))
           and ($3::text is null or v.owner = $3 or $3 = any(v.managers) or $3 = any(v.approvers))
           and ($4::text is null or r.vault_id = $4)
           and (cardinality($5::text[]) = 0 or r.state = any($5::text[]))
         order by r.create_time desc, r.rebalance_id limit $6`,
        [page.cursor === undefined ? null : millis, id ?? '', ...filterValues(filter), page.size],
      );
      return rows.map((row) => toView(row, stored, NOTHING_MORE));
    },
    loadRunning: async (rebalanceId) => {
      const [row] = await query<RebalanceRow>(`${REBALANCE_QUERY} where r.rebalance_id = $1`, [
        rebalanceId,
      ]);
      if (row === undefined) return undefined;
      const { dispatched_index: open } = row;
      const openRow = open === null ? undefined : await actionRow(rebalanceId, open);
      return toRunning(row, toFacts(row, stored.readSnapshot), openRow);
    },
    findAction: async (rebalanceId, index) => {
      const row = await actionRow(rebalanceId, index);
      return row === undefined ? undefined : toActionRecord(row);
    },
    listEvents: async (rebalanceId) => {
      const rows = await query<{ sequence: string; hash: string; document: string }>(
        'select sequence, hash, document from rebalance_events where rebalance_id = $1 order by sequence',
        [rebalanceId],
      );
      return rows.map((row) => ({ ...row, sequence: toCount(row.sequence) }));
    },
    listWaiting: async (rebalanceId) => {
      const rows = await query<{ event_id: string; payload: Buffer }>(
        `select event_id, payload from inbox
         where consumer = '${INBOX_CONSUMER}' and aggregate_id = $1 and state = 'WAITING'`,
        [rebalanceId],
      );
      return rows
        .map((row) => ({ eventId: row.event_id, report: stored.readReport(row.payload) }))
        .sort(
          ({ report: left }, { report: right }) =>
            left.index - right.index || left.sequence - right.sequence,
        );
    },
    listFeed: (rebalanceId, after) => listFeed(query, rebalanceId, after),
    findFeedEnd: async (rebalanceId) => {
      const [row] = await query<{ feed_count: string; state: string }>(
        'select feed_count, state from rebalances where rebalance_id = $1',
        [rebalanceId],
      );
      return row === undefined
        ? undefined
        : { feedCount: toCount(row.feed_count), state: row.state };
    },
    findPlan: async (planHash) => {
      const [row] = await query<{ document: Buffer }>(
        'select document from plan_copies where plan_hash = $1',
        [planHash],
      );
      return row === undefined ? undefined : stored.readPlan(row.document);
    },
    findSnapshot: async (snapshotHash) => {
      const [row] = await query<{ document: Buffer }>(
        'select document from snapshot_copies where snapshot_hash = $1',
        [snapshotHash],
      );
      return row === undefined ? undefined : stored.readSnapshot(row.document);
    },
  };
}

type Details = Pick<RebalanceView, 'actions' | 'recalibrationEvents' | 'pinned'>;

const NOTHING_MORE: Details = { actions: [], recalibrationEvents: [], pinned: [] };

async function findRebalance(
  query: Query,
  stored: StoredMessages,
  rebalanceId: string,
): Promise<RebalanceView | undefined> {
  const [row] = await query<RebalanceRow>(`${REBALANCE_QUERY} where r.rebalance_id = $1`, [
    rebalanceId,
  ]);
  if (row === undefined) return undefined;
  const actions = await query<ActionRow>(
    'select * from rebalance_actions where rebalance_id = $1 order by index',
    [rebalanceId],
  );
  const events = await query<{ document: string }>(
    `select e.document from rebalance_events e
     where e.rebalance_id = $1 and e.document like '%"recalibration":%' order by e.sequence`,
    [rebalanceId],
  );
  const pins = await query<{ index: number }>(
    'select index from rebalance_pins where rebalance_id = $1 order by index',
    [rebalanceId],
  );
  return toView(row, stored, {
    actions: actions.map(toActionRecord),
    recalibrationEvents: events.map(({ document }) => document),
    pinned: pins.map(({ index }) => index),
  });
}

function toView(row: RebalanceRow, stored: StoredMessages, details: Details): RebalanceView {
  return {
    facts: toFacts(row, stored.readSnapshot),
    head: headOf(row),
    stateReason: row.state_reason,
    owner: row.vault_owner,
    ...(row.approved_by !== null && { approvedBy: row.approved_by }),
    members: row.vault_members,
    ...details,
    updateTime: toInstant(row.update_time),
    ...(row.end_time !== null && { endTime: toInstant(row.end_time) }),
  };
}

interface FeedRow {
  readonly sequence: string;
  readonly kind: string;
  readonly data: string;
  readonly state: string;
  readonly state_hash: string;
  readonly ledger_sequence: string;
  readonly occur_time: Date;
  readonly payload: Buffer | null;
}

async function listFeed(
  query: Query,
  rebalanceId: string,
  after: number,
): ReturnType<OrderGenReader['listFeed']> {
  const rows = await query<FeedRow>(
    `select f.sequence, f.kind, f.data, f.state, f.state_hash, f.ledger_sequence, f.occur_time,
       i.payload
     from rebalance_feed f
     left join inbox i on f.kind = 'RESULT' and i.consumer = '${INBOX_CONSUMER}'
       and i.event_id = f.data::jsonb ->> 'event_id'
     where f.rebalance_id = $1 and f.sequence > $2 order by f.sequence limit ${FEED_PAGE}`,
    [rebalanceId, after],
  );
  return rows.map((row) => ({
    sequence: toCount(row.sequence),
    kind: oneOf(FEED_KINDS, row.kind),
    data: row.data,
    state: row.state,
    stateHash: row.state_hash,
    ledgerSequence: toCount(row.ledger_sequence),
    occurTime: toInstant(row.occur_time),
    ...(row.payload !== null && { report: row.payload }),
  }));
}

function filterValues(filter: RebalanceFilter): readonly unknown[] {
  return [filter.visibleTo ?? null, filter.vaultId ?? null, filter.states];
}
