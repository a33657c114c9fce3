import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESCRIPTOR_FILES } from '@trimtab/contracts/descriptors';
import type {
  AdapterKind,
  InstructionEnvelope,
  LiquidityProfile,
  Manager,
  Policy,
  Strategy,
  Strategy_State,
  StrategySnapshot,
} from '@trimtab/contracts/solver';
import {
  NOW,
  policy,
  refusalOf,
  startSolverWorld,
  strategy,
  strategySnapshot,
  type SolverWorld,
} from './solver-world.js';

let world: SolverWorld;

beforeAll(async () => {
  world = await startSolverWorld();
  const { client } = world;
  await client.upsertStrategy({ requestId: '', strategy: strategy('kamino') });
  await client.submitStrategySnapshots({ requestId: '', snapshots: [strategySnapshot('kamino')] });
  await client.upsertPolicy({ requestId: '', policy: policy() });
  await client.upsertManager({ requestId: '', manager: manager({}) });
});
afterAll(() => world.close());

function manager(changes: Partial<Manager>): Manager {
  return {
    managerId: 'careful',
    allowedStrategies: ['kamino'],
    maxNotional: '1',
    version: 0n,
    createTime: undefined,
    updateTime: undefined,
    ...changes,
  };
}

/** Everything that the registry holds. */
async function registry(): Promise<readonly unknown[]> {
  const tables = ['strategies', 'strategy_snapshots', 'policies', 'managers'];
  return Promise.all(
    tables.map(
      async (table) => (await world.database.pool.query<object>(`select * from ${table}`)).rows,
    ),
  );
}

/** The names of a message's fields, as the contract has them now. */
function fieldsOf(message: string): readonly string[] {
  const prefix = `trimtab.solver.v1.${message}.`;
  return DESCRIPTOR_FILES.flatMap(({ symbols }) => symbols)
    .filter((symbol) => symbol.startsWith(prefix))
    .map((symbol) => symbol.slice(prefix.length))
    .filter((name) => /^[a-z0-9_]+$/.test(name));
}

/** A field, a bad value of it, and the violation: path and reason. */
type BadInput<T> = readonly [field: string, changes: Partial<T>, violation: string];

const CANNOT_BE_BAD = 'either value is right';
const OUTPUT_ONLY = 'not read from a request';

/** A call with one bad field is refused for that field alone, and the registry stays as it was. */
function refuses<T>(
  message: string,
  call: (changes: Partial<T>) => Promise<unknown>,
  inputs: readonly BadInput<T>[],
  exempt: Readonly<Record<string, string>>,
): void {
  it.each(inputs)('%s: %j', async (_field, changes, violation) => {
    const before = await registry();
    const { kind, violations } = await refusalOf(call(changes));
    expect(kind).toBe('INVALID_ARGUMENT');
    expect(violations.map(({ field, reason }) => `${field} ${reason}`)).toEqual([violation]);
    expect(await registry()).toEqual(before);
  });

  it('has a bad value of every field of the contract, or says why there is none', () => {
    const tried = new Set(inputs.map(([field]) => field));
    const untried = fieldsOf(message).filter((field) => !tried.has(field));
    expect(untried).toEqual(fieldsOf(message).filter((field) => exempt[field] !== undefined));
  });
}

const envelope: InstructionEnvelope = { programId: 'p', label: '', data: 'AA==' };
const envelopes = (changes: Partial<InstructionEnvelope>) => ({
  envelopes: [{ ...envelope, ...changes }],
});

describe('a strategy is refused with', () => {
  const upsert = (changes: Partial<Strategy>) =>
    world.client.upsertStrategy({ requestId: '', strategy: strategy('kamino', changes) });
  refuses<Strategy>(
    'Strategy',
    upsert,
    [
      ['strategy_id', { strategyId: '' }, 'strategy.strategy_id FIELD_REQUIRED'],
      ['strategy_id', { strategyId: 'a b' }, 'strategy.strategy_id FIELD_INVALID'],
      ['strategy_id', { strategyId: 'a'.repeat(65) }, 'strategy.strategy_id FIELD_INVALID'],
      ['asset_id', { assetId: '' }, 'strategy.asset_id FIELD_REQUIRED'],
      ['asset_id', { assetId: 'kamino' }, 'strategy.asset_id FIELD_INVALID'],
      ['asset_id', { assetId: 'OTHER' }, 'strategy.asset_id FIELD_IMMUTABLE'],
      ['protocol', { protocol: '' }, 'strategy.protocol FIELD_REQUIRED'],
      ['state', { state: 0 }, 'strategy.state FIELD_REQUIRED'],
      ['state', { state: 99 as Strategy_State }, 'strategy.state FIELD_INVALID'],
      ['strategy_cap_bps', { strategyCapBps: -1 }, 'strategy.strategy_cap_bps WEIGHT_OUT_OF_RANGE'],
      [
        'strategy_cap_bps',
        { strategyCapBps: 10_001 },
        'strategy.strategy_cap_bps WEIGHT_OUT_OF_RANGE',
      ],
      ['adapter_kind', { adapterKind: 0 }, 'strategy.adapter_kind FIELD_REQUIRED'],
      ['adapter_kind', { adapterKind: 99 as AdapterKind }, 'strategy.adapter_kind FIELD_INVALID'],
      [
        'gross_apy_sources',
        { grossApySources: [''] },
        'strategy.gross_apy_sources[0] FIELD_REQUIRED',
      ],
      [
        'gross_apy_sources',
        { grossApySources: ['a', 'a'] },
        'strategy.gross_apy_sources[1] DUPLICATE_ID',
      ],
    ],
    {
      exotic: CANNOT_BE_BAD,
      canary: CANNOT_BE_BAD,
      version: OUTPUT_ONLY,
      create_time: OUTPUT_ONLY,
      update_time: OUTPUT_ONLY,
    },
  );
});

describe('a snapshot is refused with', () => {
  const submit = (changes: Partial<StrategySnapshot>) =>
    world.client.submitStrategySnapshots({
      requestId: '',
      snapshots: [strategySnapshot('kamino', changes)],
    });
  const at = (field: string, reason = 'FIELD_INVALID') => `snapshots[0].${field} ${reason}`;
  const above = 1_000_001;
  refuses<StrategySnapshot>(
    'StrategySnapshot',
    submit,
    [
      ['strategy_id', { strategyId: '' }, at('strategy_id', 'FIELD_REQUIRED')],
      ['strategy_id', { strategyId: 'a/b' }, at('strategy_id')],
      ['gross_apy_bps', { grossApyBps: -above }, at('gross_apy_bps')],
      ['gross_apy_bps', { grossApyBps: above }, at('gross_apy_bps')],
      ['fee_bps', { feeBps: -1 }, at('fee_bps')],
      ['fee_bps', { feeBps: above }, at('fee_bps')],
      ['borrow_cost_bps', { borrowCostBps: -1 }, at('borrow_cost_bps')],
      ['slippage_bps', { slippageBps: -1 }, at('slippage_bps')],
      ['risk_score_bps', { riskScoreBps: -1 }, at('risk_score_bps')],
      ['risk_score_bps', { riskScoreBps: 10_001 }, at('risk_score_bps')],
      ['liquidity_profile', { liquidityProfile: 0 }, at('liquidity_profile', 'FIELD_REQUIRED')],
      ['liquidity_profile', { liquidityProfile: 99 as LiquidityProfile }, at('liquidity_profile')],
      ['withdrawal_delay_hours', { withdrawalDelayHours: -1 }, at('withdrawal_delay_hours')],
      ['withdrawal_delay_hours', { withdrawalDelayHours: 87_601 }, at('withdrawal_delay_hours')],
      [
        'protocol_concentration_bps',
        { protocolConcentrationBps: -1 },
        at('protocol_concentration_bps'),
      ],
      [
        'operational_complexity_bps',
        { operationalComplexityBps: -1 },
        at('operational_complexity_bps'),
      ],
      ['envelopes', envelopes({ programId: '' }), at('envelopes[0].program_id', 'FIELD_REQUIRED')],
      ['envelopes', envelopes({ data: 'not base64' }), at('envelopes[0].data')],
      ['envelopes', envelopes({ label: 'x'.repeat(201) }), at('envelopes[0].label')],
      ['envelopes', { envelopes: Array.from({ length: 65 }, () => envelope) }, at('envelopes')],
      [
        'observe_time',
        { observeTime: new Date(NOW + 5001) },
        at('observe_time', 'OBSERVATION_IN_FUTURE'),
      ],
      [
        'market',
        { market: { returnHistoryBps: [-10_001], poolDepth: '', slippageSamplesBps: [] } },
        at('market.return_history_bps[0]'),
      ],
    ],
    {
      oracle_healthy: CANNOT_BE_BAD,
      protocol_healthy: CANNOT_BE_BAD,
      withdrawals_healthy: CANNOT_BE_BAD,
      version: OUTPUT_ONLY,
    },
  );

  it('a batch in which each bad item is named, and no good one is stored', async () => {
    const before = await registry();
    const { violations } = await refusalOf(
      world.client.submitStrategySnapshots({
        requestId: '',
        snapshots: [
          strategySnapshot('kamino'),
          strategySnapshot('kamino'),
          strategySnapshot('x', { feeBps: -1 }),
          strategySnapshot('y', { riskScoreBps: 10_001 }),
        ],
      }),
    );
    expect(violations.map(({ field, reason }) => `${field} ${reason}`)).toEqual([
      'snapshots[1] DUPLICATE_ID',
      'snapshots[2].fee_bps FIELD_INVALID',
      'snapshots[3].risk_score_bps FIELD_INVALID',
    ]);
    expect(await registry()).toEqual(before);
  });

  it('an empty batch, and one of more than 1 000', async () => {
    const submitMany = (count: number) =>
      world.client.submitStrategySnapshots({
        requestId: '',
        snapshots: Array.from({ length: count }, (_, index) => strategySnapshot(`s${index}`)),
      });
    expect((await refusalOf(submitMany(0))).violations[0]?.field).toBe('snapshots');
    expect((await refusalOf(submitMany(1001))).violations).toMatchObject([
      { field: 'snapshots', reason: 'BATCH_TOO_LARGE' },
    ]);
  });
});

describe('a policy is refused with', () => {
  const upsert = async (changes: Partial<Policy>) => {
    const latest = await world.client.getPolicy({ policyId: 'balanced', version: undefined });
    const etag = latest.policy?.etag ?? '';
    return world.client.upsertPolicy({ requestId: '', policy: policy({ etag, ...changes }) });
  };
  const weight = (field: string) => `policy.${field} WEIGHT_OUT_OF_RANGE`;
  const cap = (protocol: string, capBps: number) => ({ protocol, capBps });
  refuses<Policy>(
    'Policy',
    upsert,
    [
      ['policy_id', { policyId: '' }, 'policy.policy_id FIELD_REQUIRED'],
      ['policy_id', { policyId: '*' }, 'policy.policy_id FIELD_INVALID'],
      ['min_liquid_reserve_bps', { minLiquidReserveBps: 3001 }, weight('min_liquid_reserve_bps')],
      ['min_liquid_reserve_bps', { minLiquidReserveBps: -1 }, weight('min_liquid_reserve_bps')],
      ['strategy_cap_bps', { strategyCapBps: 10_001 }, weight('strategy_cap_bps')],
      ['protocol_caps', { protocolCaps: [cap('aave', -1)] }, weight('protocol_caps[0].cap_bps')],
      [
        'protocol_caps',
        { protocolCaps: [cap('', 1)] },
        'policy.protocol_caps[0].protocol FIELD_REQUIRED',
      ],
      [
        'protocol_caps',
        { protocolCaps: [cap('aave', 1), cap('aave', 1)] },
        'policy.protocol_caps[1].protocol DUPLICATE_ID',
      ],
      [
        'default_protocol_cap_bps',
        { defaultProtocolCapBps: -1 },
        weight('default_protocol_cap_bps'),
      ],
      ['exotic_cap_bps', { exoticCapBps: 10_001 }, weight('exotic_cap_bps')],
      ['margin_fi_cap_bps', { marginFiCapBps: -1 }, weight('margin_fi_cap_bps')],
      [
        'min_rebalance_delta_bps',
        { minRebalanceDeltaBps: 20_001 },
        'policy.min_rebalance_delta_bps FIELD_INVALID',
      ],
      ['options', { options: badOptions() }, 'policy.options.turnover.penalty_bps FIELD_INVALID'],
    ],
    {
      version: OUTPUT_ONLY,
      etag: 'another etag is ETAG_MISMATCH, below',
      create_time: OUTPUT_ONLY,
      update_time: OUTPUT_ONLY,
    },
  );

  it('an etag that is not the latest, with what was found and what is expected', async () => {
    const before = await registry();
    const error = await refusalOf(upsert({ etag: '"old"' }));
    expect([error.kind, error.reason]).toEqual(['ABORTED', 'ETAG_MISMATCH']);
    expect(error.metadata).toMatchObject({ policy_id: 'balanced', found: '"old"' });
    expect((await refusalOf(upsert({ etag: '' }))).reason).toBe('ETAG_MISMATCH');
    expect((await refusalOf(upsert({ policyId: 'new', etag: '"any"' }))).reason).toBe(
      'ETAG_MISMATCH',
    );
    expect(await registry()).toEqual(before);
  });
});

describe('the settings of a manager are refused with', () => {
  const upsert = (changes: Partial<Manager>) =>
    world.client.upsertManager({ requestId: '', manager: manager(changes) });
  refuses<Manager>(
    'Manager',
    upsert,
    [
      ['manager_id', { managerId: '' }, 'manager.manager_id FIELD_REQUIRED'],
      [
        'allowed_strategies',
        { allowedStrategies: ['a b'] },
        'manager.allowed_strategies[0] FIELD_INVALID',
      ],
      [
        'allowed_strategies',
        { allowedStrategies: ['kamino', 'kamino'] },
        'manager.allowed_strategies[1] DUPLICATE_ID',
      ],
      ['max_notional', { maxNotional: '0' }, 'manager.max_notional FIELD_INVALID'],
      ['max_notional', { maxNotional: '-1' }, 'manager.max_notional AMOUNT_OUT_OF_RANGE'],
      ['max_notional', { maxNotional: '1e3' }, 'manager.max_notional DECIMAL_NOT_CANONICAL'],
    ],
    { version: OUTPUT_ONLY, create_time: OUTPUT_ONLY, update_time: OUTPUT_ONLY },
  );
});

describe('what is output only', () => {
  it('is not taken from a request', async () => {
    const { strategy: stored } = await world.client.upsertStrategy({
      requestId: '',
      strategy: strategy('forged', {
        version: 99n,
        createTime: new Date(1),
        updateTime: new Date(1),
      }),
    });
    expect(stored).toMatchObject({
      version: 1n,
      createTime: new Date(NOW),
      updateTime: new Date(NOW),
    });
    const { manager: settings } = await world.client.upsertManager({
      requestId: '',
      manager: manager({ managerId: 'forged', version: 99n }),
    });
    expect(settings?.version).toBe(1n);
  });
});

function badOptions(): NonNullable<Policy['options']> {
  return {
    missingDataBps: 0,
    volatility: undefined,
    covariance: undefined,
    drawdown: undefined,
    impact: undefined,
    slippage: undefined,
    regime: undefined,
    turnover: { penaltyBps: -1 },
  };
}
