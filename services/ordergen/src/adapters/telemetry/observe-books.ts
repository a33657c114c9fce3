import type { SqlDatabase } from '@trimtab/storage';
import { ATTRIBUTES, METRICS, observe } from '@trimtab/telemetry';

/** States of a rebalance that has not ended: a gauge without one of them says 0 for it. */
const RUNNING_STATES = ['AWAITING_APPROVAL', 'EXECUTING', 'CANCELLING', 'EXPIRING'];

/** Observes rebalances and vaults as the database has them until the returned function is called. */
export function observeBooks({ pool }: SqlDatabase): () => void {
  const count = (text: string) => async () => {
    const { rows } = await pool.query<{ value: number }>(text);
    return [{ value: rows[0]?.value ?? 0 }];
  };
  const stops = [
    observe(METRICS.rebalancesRunning, async () => {
      const { rows } = await pool.query<{ state: string; value: number }>(
        'select state, count(*)::integer as value from rebalances where running group by state',
      );
      const values = new Map(rows.map(({ state, value }) => [state, value]));
      return RUNNING_STATES.map((state) => ({
        value: values.get(state) ?? 0,
        attributes: { [ATTRIBUTES.rebalanceState]: state },
      }));
    }),
    observe(
      METRICS.actionsStuck,
      count(`select count(*)::integer as value from rebalance_actions
        where stuck_time is not null and settle_time is null`),
    ),
    observe(
      METRICS.vaultsDrifted,
      count(`select count(*)::integer as value from vault_audits where drift <> ''`),
    ),
    observe(
      METRICS.vaultsFrozen,
      count('select count(*)::integer as value from vaults where frozen'),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
