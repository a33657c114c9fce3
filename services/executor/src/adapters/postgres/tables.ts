import type { SharedTables } from '@trimtab/storage';

/** Orders the executor has accepted: the truth that answers every repeated dispatch. */
export interface OrdersTable {
  order_id: string;
  rebalance_id: string;
  vault_id: string;
  order_index: number;
  /** The dispatch as it came, so that a restart can go on with it. */
  dispatch: Uint8Array;
  state: 'ACCEPTED' | 'SETTLED';
  /** The failure reason of the outage that held it up at the last attempt. */
  outage: string | null;
}

/** Which reports answer an order; their messages are outbox rows under the same event ids. */
export interface ReportsTable {
  event_id: string;
  order_id: string;
  report_sequence: number;
}

/** Orders that the venue may have been told of; committed before it is. */
export interface SubmissionsTable {
  order_id: string;
}

/** What the paper venue knows: kept apart from the executor's own orders, as a real venue would be. */
export interface PaperOrdersTable {
  client_order_id: string;
  /** The venue's answer as JSON. */
  answer: string;
}

/** The executor's schema. */
export type ExecutorTables = SharedTables & {
  orders: OrdersTable;
  reports: ReportsTable;
  submissions: SubmissionsTable;
  paper_orders: PaperOrdersTable;
};
