import { invariant } from '@trimtab/core';
import type { Kysely } from '@trimtab/storage';
import type {
  Manager,
  RegisteredStrategy,
  SolverStore,
  Stored,
  StoredSnapshot,
} from '../../application/ports.js';
import type { Policy, Strategy } from '../../domain/index.js';
import { fromStoredTime, toStoredTime } from './instants.js';
import { storedPolicySchema, storedSnapshotSchema } from './options-json.js';
import {
  policyText,
  settingsSchema,
  settingsText,
  snapshotText,
  strategySchema,
  strategyText,
} from './registry-json.js';
import type {
  ManagersTable,
  PoliciesTable,
  SolverTables,
  StrategiesTable,
  StrategySnapshotsTable,
} from './tables.js';

type RegistryStore = Omit<
  SolverStore,
  'serialize' | 'insertPlan' | 'findPlan' | 'readPlan' | 'listPlans'
>;

/** Strategies with their snapshots, policies with their versions, and managers. */
export function registryStore(db: Kysely<SolverTables>): RegistryStore {
  const findSnapshots: RegistryStore['findSnapshots'] = async (strategyIds) => {
    if (strategyIds.length === 0) return [];
    const query = db.selectFrom('strategy_snapshots').selectAll();
    const rows = await query.where('strategy_id', 'in', strategyIds).execute();
    return rows.map(toSnapshot);
  };
  const withSnapshots = async (
    rows: readonly StrategiesTable[],
  ): Promise<readonly RegisteredStrategy[]> => {
    const snapshots = await findSnapshots(rows.map((row) => row.strategy_id));
    const byId = new Map(snapshots.map((snapshot) => [snapshot.strategyId, snapshot]));
    return rows.map((row) => {
      const snapshot = byId.get(row.strategy_id);
      const strategy = toStrategy(row);
      return snapshot === undefined ? { strategy } : { strategy, snapshot };
    });
  };
  const strategies = () => db.selectFrom('strategies').selectAll().orderBy('strategy_id');
  return {
    findSnapshots,
    findStrategy: async (strategyId) => {
      const row = await strategies().where('strategy_id', '=', strategyId).executeTakeFirst();
      return row === undefined ? undefined : toStrategy(row);
    },
    findStrategyByAsset: async (assetId) => {
      const row = await strategies().where('asset_id', '=', assetId).executeTakeFirst();
      return row === undefined ? undefined : toStrategy(row);
    },
    knownStrategies: async (strategyIds) => {
      if (strategyIds.length === 0) return new Set();
      const query = db.selectFrom('strategies').select('strategy_id');
      const rows = await query.where('strategy_id', 'in', strategyIds).execute();
      return new Set(rows.map((row) => row.strategy_id));
    },
    allStrategies: async () => withSnapshots(await strategies().execute()),
    listStrategies: async ({ limit, afterStrategyId, states, strategyIds }) => {
      let query = strategies().limit(limit);
      if (afterStrategyId !== undefined) query = query.where('strategy_id', '>', afterStrategyId);
      if (states.length > 0) query = query.where('state', 'in', states);
      if (strategyIds.length > 0) query = query.where('strategy_id', 'in', strategyIds);
      return withSnapshots(await query.execute());
    },
    saveStrategy: async (stored) => {
      const row = strategyRow(stored);
      await db
        .insertInto('strategies')
        .values(row)
        .onConflict((conflict) => conflict.column('strategy_id').doUpdateSet(row))
        .execute();
    },
    saveSnapshots: async (snapshots) => {
      await db
        .insertInto('strategy_snapshots')
        .values(snapshots.map(snapshotRow))
        .onConflict((conflict) =>
          conflict.column('strategy_id').doUpdateSet((row) => ({
            snapshot: row.ref('excluded.snapshot'),
            observe_time: row.ref('excluded.observe_time'),
          })),
        )
        .execute();
    },
    findPolicy: async (policyId, version) => {
      let query = db.selectFrom('policies').selectAll().where('policy_id', '=', policyId);
      if (version !== undefined) query = query.where('version', '=', version);
      const row = await query.orderBy('version', 'desc').limit(1).executeTakeFirst();
      return row === undefined ? undefined : toPolicy(row);
    },
    savePolicy: async (stored) => {
      await db.insertInto('policies').values(policyRow(stored)).execute();
    },
    findManager: async (managerId) => {
      const query = db.selectFrom('managers').selectAll();
      const row = await query.where('manager_id', '=', managerId).executeTakeFirst();
      return row === undefined ? undefined : toManager(row);
    },
    saveManager: async (stored) => {
      const row = managerRow(stored);
      await db
        .insertInto('managers')
        .values(row)
        .onConflict((conflict) => conflict.column('manager_id').doUpdateSet(row))
        .execute();
    },
  };
}

function times(row: { create_time: Date; update_time: Date }): Omit<Stored<unknown>, 'value'> {
  return {
    createTime: fromStoredTime(row.create_time),
    updateTime: fromStoredTime(row.update_time),
  };
}

function storedTimes(stored: Stored<unknown>): { create_time: Date; update_time: Date } {
  return {
    create_time: toStoredTime(stored.createTime),
    update_time: toStoredTime(stored.updateTime),
  };
}

function toStrategy(row: StrategiesTable): Stored<Strategy> {
  return { value: strategySchema.parse(JSON.parse(row.definition)), ...times(row) };
}

function strategyRow(stored: Stored<Strategy>): StrategiesTable {
  const { strategyId, assetId, state } = stored.value;
  const definition = strategyText(stored.value);
  return { strategy_id: strategyId, asset_id: assetId, state, definition, ...storedTimes(stored) };
}

function toSnapshot(row: StrategySnapshotsTable): StoredSnapshot {
  return {
    strategyId: row.strategy_id,
    snapshot: storedSnapshotSchema.parse(JSON.parse(row.snapshot)),
    observeTime: fromStoredTime(row.observe_time),
  };
}

function snapshotRow(stored: StoredSnapshot): StrategySnapshotsTable {
  return {
    strategy_id: stored.strategyId,
    snapshot: snapshotText(stored.snapshot),
    observe_time: toStoredTime(stored.observeTime),
  };
}

function toPolicy(row: PoliciesTable): Stored<Policy> {
  return { value: storedPolicySchema.parse(JSON.parse(row.policy)), ...times(row) };
}

function policyRow(stored: Stored<Policy>): PoliciesTable {
  const { policyId, version } = stored.value;
  const policy = policyText(stored.value);
  return { policy_id: policyId, version, policy, ...storedTimes(stored) };
}

function toManager(row: ManagersTable): Stored<Manager> {
  const { managerId, version, ...rest } = settingsSchema.parse(JSON.parse(row.settings));
  invariant(managerId !== undefined && version !== undefined, 'a stored manager has an id');
  return { value: { managerId, version, ...rest }, ...times(row) };
}

function managerRow(stored: Stored<Manager>): ManagersTable {
  const settings = settingsText(stored.value);
  return { manager_id: stored.value.managerId, settings, ...storedTimes(stored) };
}
