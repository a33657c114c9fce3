import { instant, present } from '@trimtab/core';
import { formatDecimal, parseDecimal, type Decimal } from '@trimtab/decimal';
import { seriesAssetId, type Series } from '@trimtab/option-index';
import { NO_TRIGGERS, templateOf, type StrategyType } from '@trimtab/strategy';
import { describe, expect, it } from 'vitest';
import type { IntentView } from '../../domain/intent-view.js';
import type { RunView } from '../../domain/run.js';
import type { IndexRuntime } from '../../domain/runtime.js';
import type { VaultView } from '../../domain/vault.js';
import type { Observation, PriceView } from '../ports.js';
import { createMarketMakerAgent } from './market-maker-agent.js';

/** 2018-04-04T08:00:00Z */
const NOW = instant(1_522_828_800_000);
const DAY = 86_400_000;
const HELD: Series = { base: 'BTC', strike: 3_000n, maturity: instant(NOW + 10 * DAY) };
const NEXT: Series = { base: 'BTC', strike: 3_500n, maturity: instant(NOW + 30 * DAY) };

function decimal(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const ASLEEP: IndexRuntime = {
  held: { series: HELD, openTime: NOW, index: decimal('1'), linkValue: undefined },
  next: undefined,
  issuedUnits: 0n,
  firstUnitTime: undefined,
  ledgerSequence: 0,
  vaultVersion: 0,
  notified: undefined,
  deferralCount: 0,
  retryTime: undefined,
};
const BUYING: IndexRuntime = { ...ASLEEP, next: { series: NEXT, trigger: 'PRICE', time: NOW } };

const IDLE_VAULT: VaultView = {
  vaultId: 'vault-1',
  mode: 'OPEN',
  version: 1,
  cash: 0n,
  positions: [],
  openRebalanceId: undefined,
  frozen: false,
  freezeReason: '',
};

function intentOf(type: StrategyType, index: IndexRuntime | undefined): IntentView {
  const template = present(templateOf(type), 'every type has a template');
  const { config, constraints, notifications } = template;
  return {
    id: 'intent-1-0a1b2c3d',
    owner: 'alice',
    state: 'ACTIVE',
    activated: true,
    spec: {
      type,
      collateral: { asset: 'USDC', amount: '1000' },
      ticker: 'BTC/USDC',
      config,
      constraints,
      notifications,
      allocation: { kind: 'index' },
      triggers: NO_TRIGGERS,
    },
    vaultId: 'vault-1',
    runtime: {
      currentDriftBps: 0,
      totalRolls: 0,
      totalCostBps: 0,
      lastRollAt: undefined,
      lastRollCostBps: 0,
      lastRebalanceId: undefined,
      lastError: '',
      index,
      nextScheduleTime: undefined,
    },
    createTime: NOW,
  };
}

interface Facts {
  readonly type?: StrategyType;
  readonly index?: IndexRuntime;
  readonly vault?: Partial<VaultView>;
  readonly run?: Pick<RunView, 'outcome'>;
  readonly spot?: PriceView;
  /** What the oracle knows; by default both series. */
  readonly registered?: readonly Series[];
}

function world(facts: Facts) {
  const published: Observation[] = [];
  const known = new Set(
    (facts.registered ?? [HELD, NEXT]).flatMap((series) => [
      seriesAssetId('P', series),
      seriesAssetId('N', series),
    ]),
  );
  const terms = { decimals: 8, lot: 1n, minimumOrder: 0n };
  const healthy: PriceView = { price: decimal('7000'), state: 'HEALTHY', publishTime: NOW };
  const run: RunView = {
    runId: 'run-1',
    trigger: 'PRICE',
    purpose: 'ROLL',
    reason: '',
    message: '',
    rebalanceId: undefined,
    planHash: undefined,
    series: NEXT,
    createTime: NOW,
    outcome: 'NO_OP',
    ...facts.run,
  };
  const agent = createMarketMakerAgent(
    'intent-1-0a1b2c3d',
    {
      intents: {
        get: async () => intentOf(facts.type ?? 'hedge', facts.index ?? ASLEEP),
        lastRuns: async () => (facts.run === undefined ? [] : [run]),
      },
      oracle: {
        asset: async (assetId) => (known.has(assetId) ? terms : undefined),
        price: async () => facts.spot ?? healthy,
      },
      marketMaker: { publish: async (observations) => void published.push(...observations) },
      vaults: { get: async () => ({ ...IDLE_VAULT, ...facts.vault }) },
    },
    {
      volatilities: new Map([['*', decimal('0.8')]]),
      spreadBps: 100,
      quoteIntervalMillis: 5_000,
      pollMillis: 500,
    },
  );
  return { tick: () => agent.tick(NOW), published };
}

function assetsOf(observations: readonly Observation[]): readonly string[] {
  return observations.map(({ assetId }) => assetId);
}

describe('the market maker', () => {
  it('sleeps while nobody may trade', async () => {
    const { tick, published } = world({});
    expect(await tick()).toEqual({ nextDueTime: undefined });
    expect(published).toEqual([]);
  });

  it.each([
    ['a next series is chosen', { index: BUYING }],
    ['a rebalance runs', { vault: { openRebalanceId: 'r1' } }],
    ['a run is on its way to one', { run: { outcome: 'RUNNING' as const } }],
    ['the vault is being emptied', { vault: { mode: 'CLOSING' as const } }],
  ])('quotes while %s, and comes again', async (_when, facts) => {
    const { tick, published } = world(facts);
    expect(await tick()).toEqual({ nextDueTime: NOW + 5_000 });
    expect(assetsOf(published)).toContain(seriesAssetId('P', HELD));
  });

  it('sleeps again once the last run has ended', async () => {
    const { tick } = world({ run: { outcome: 'REBALANCE' } });
    expect(await tick()).toEqual({ nextDueTime: undefined });
  });

  it('quotes the half that is held and the one to be bought, half of the spread on each side', async () => {
    const { tick, published } = world({ index: BUYING });
    await tick();
    expect(assetsOf(published)).toEqual([seriesAssetId('P', HELD), seriesAssetId('P', NEXT)]);
    for (const one of published) {
      if (one.kind !== 'QUOTE') throw new Error('a market maker publishes quotes');
      // 1 % between them, in 6 digits: ask / bid is 1.005 / 0.995
      const [bid, ask] = [one.bid, one.ask].map((side) => parseFloat(formatDecimal(side)));
      expect((ask ?? 0) / (bid ?? 1)).toBeCloseTo(1.005 / 0.995, 6);
    }
  });

  it('quotes N for leverage', async () => {
    const { tick, published } = world({ type: 'leverage', index: BUYING });
    await tick();
    expect(assetsOf(published)).toEqual([seriesAssetId('N', HELD), seriesAssetId('N', NEXT)]);
  });

  it('quotes a series that is held and chosen again once', async () => {
    const again = { series: HELD, trigger: 'PRICE', time: NOW } as const;
    const { tick, published } = world({ index: { ...ASLEEP, next: again } });
    await tick();
    expect(assetsOf(published)).toEqual([seriesAssetId('P', HELD)]);
  });

  it('leaves what is mature alone', async () => {
    const held = { ...HELD, maturity: NOW };
    const index = { ...BUYING, held: { series: held, openTime: NOW, index: decimal('1') } };
    const { tick, published } = world({
      index: { ...index, held: { ...index.held, linkValue: undefined } },
    });
    await tick();
    expect(assetsOf(published)).toEqual([seriesAssetId('P', NEXT)]);
  });

  it('looks again soon for a half that is not registered yet', async () => {
    const { tick, published } = world({ index: BUYING, registered: [HELD] });
    expect(await tick()).toEqual({ nextDueTime: NOW + 500 });
    expect(assetsOf(published)).toEqual([seriesAssetId('P', HELD)]);
  });

  it('quotes nothing on a price that is not healthy, and looks again soon', async () => {
    const spot: PriceView = { price: decimal('7000'), state: 'STALE', publishTime: NOW };
    const { tick, published } = world({ index: BUYING, spot });
    expect(await tick()).toEqual({ nextDueTime: NOW + 500 });
    expect(published).toEqual([]);
  });
});
