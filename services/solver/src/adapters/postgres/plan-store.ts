import { present } from '@trimtab/core';
import type { Kysely } from '@trimtab/storage';
import type { SolverStore, StoredPlan } from '../../application/ports.js';
import { fromStoredTime, toStoredTime } from './instants.js';
import { fromPlanColumns, readPlanColumns, toPlanColumns } from './plan-json.js';
import type { PlansTable, SolverTables } from './tables.js';

/** Plans: written once, never changed, verified whenever they are read. */
export function planStore(
  db: Kysely<SolverTables>,
): Pick<SolverStore, 'insertPlan' | 'findPlan' | 'readPlan' | 'listPlans'> {
  const findRow = (planHash: string) =>
    db.selectFrom('plans').selectAll().where('plan_hash', '=', planHash).executeTakeFirst();
  const findPlan: SolverStore['findPlan'] = async (planHash) => {
    const row = await findRow(planHash);
    return row === undefined ? undefined : toStoredPlan(row);
  };
  return {
    findPlan,
    readPlan: async (planHash) => {
      const row = await findRow(planHash);
      return row === undefined ? undefined : readPlanColumns(row);
    },
    insertPlan: async (stored) => {
      const row = { ...toPlanColumns(stored.plan), create_time: toStoredTime(stored.createTime) };
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('plans')
        .values(row)
        .onConflict((conflict) => conflict.column('plan_hash').doNothing())
        .executeTakeFirstOrThrow();
      if (numInsertedOrUpdatedRows === 1n) return { stored, isNew: true };
      const earlier = await findPlan(stored.plan.planHash);
      return { stored: present(earlier, 'a plan in conflict is there'), isNew: false };
    },
    listPlans: async ({ limit, after, vaultId }) => {
      let query = db.selectFrom('plans').selectAll();
      if (vaultId !== undefined) query = query.where('vault_id', '=', vaultId);
      if (after !== undefined) {
        const time = toStoredTime(after.createTime);
        query = query.where((where) =>
          where.or([
            where('create_time', '<', time),
            where.and([where('create_time', '=', time), where('plan_hash', '>', after.planHash)]),
          ]),
        );
      }
      const rows = await query
        .orderBy('create_time', 'desc')
        .orderBy('plan_hash')
        .limit(limit)
        .execute();
      return rows.map(toStoredPlan);
    },
  };
}

function toStoredPlan(row: PlansTable): StoredPlan {
  return { plan: fromPlanColumns(row), createTime: fromStoredTime(row.create_time) };
}
