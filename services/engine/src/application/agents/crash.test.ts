import type { CollateralAsset, StrategyType } from '@trimtab/strategy';
import { describe, expect, it } from 'vitest';
import { specOf } from '../../backtest/world.fixture.js';
import {
  Crash,
  DAY,
  HOUR,
  OPEN_GATE,
  outcomeOf,
  startStage,
  type Gate,
  type Stage,
} from './stage.fixture.js';

const MINUTE = 60_000;
/** Few ticks between what happens. */
const SETTINGS = {
  oracleIntervalMillis: 5 * DAY,
  monitorIntervalMillis: 5 * DAY,
  driftIntervalMillis: 5 * DAY,
};

/** An intent whose cash is invested. */
async function begin(
  type: StrategyType,
  gate: Gate,
  change: { readonly maturityDays?: number; readonly asset?: CollateralAsset } = {},
): Promise<Stage> {
  const { maturityDays = 30, asset = 'USDC' } = change;
  const spec = specOf(type, { collateral: { asset, amount: '1' } });
  const config = { ...spec.config, maturityDays };
  const constraints = { ...spec.constraints, maxAnnualDriftBps: 300, stopLossDriftBps: 10_000 };
  const stage = await startStage({
    spec: { ...spec, config, constraints },
    settings: SETTINGS,
    gate,
  });
  await stage.after(MINUTE);
  return stage;
}

async function look(stage: Stage): Promise<void> {
  stage.rows.wake(['REBALANCE'], stage.now());
  await stage.after(MINUTE);
}

interface Chapter {
  readonly play: (gate: Gate) => Promise<Stage>;
  /** What has to be in it. */
  readonly asks: readonly string[];
  readonly rolls: number;
}

/** What can be done twice, in lives that are short enough to be lived once for every call. */
const CHAPTERS: readonly (readonly [string, Chapter])[] = [
  [
    'that opens, rolls by price and is stopped',
    {
      play: async (gate) => {
        const stage = await begin('treasury', gate);
        await stage.price('7200');
        await stage.after(MINUTE);
        await stage.price('1');
        await stage.after(HOUR);
        return stage;
      },
      asks: ['intents.complete', 'intents.rebalance'],
      rolls: 1,
    },
  ],
  [
    'of leverage, with a deposit, the other half to be merged, and a withdrawal',
    {
      play: async (gate) => {
        const stage = await begin('leverage', gate);
        stage.vault.deposit('USDC', 1_000_000_000n);
        await look(stage);
        const half = stage.books.positions()[0]?.assetId ?? '';
        stage.vault.deposit(half.replace('N', 'P'), 1_000_000n);
        await look(stage);
        stage.vault.withdraw(half, 2_000_000n);
        await look(stage);
        return stage;
      },
      asks: ['intents.rebalance', 'vaults.mergeSeries'],
      rolls: 0,
    },
  ],
  [
    'whose series matures, is settled and followed by the next',
    {
      play: async (gate) => {
        const stage = await begin('treasury', gate, { maturityDays: 1 });
        await stage.after(DAY + 10 * HOUR);
        return stage;
      },
      asks: ['intents.rebalance', 'vaults.settleSeries'],
      rolls: 1,
    },
  ],
  [
    'with raw collateral, which is swapped into the series that is held',
    {
      play: async (gate) => {
        const stage = await begin('treasury', gate, { asset: 'WBTC' });
        stage.vault.deposit('WBTC', 50_000_000n);
        stage.rows.wake(['REBALANCE'], stage.now());
        await stage.after(MINUTE);
        return stage;
      },
      asks: ['intents.rebalance'],
      rolls: 0,
    },
  ],
];

/** Calls that change nothing: being killed before and after them is the same. */
const READS =
  /^intents\.(get|lastRuns|listSeries)$|^oracle\.(asset|price|priceAt|quotes)$|^vaults\.(get|linesAfter)$|^orderGen\./;

/** A process that is killed at its call number k, before or after what the call does. */
function killedAt(k: number, when: 'before' | 'after'): Gate {
  let count = 0;
  return async (name, call) => {
    const place = count;
    count += 1;
    if (place === k && when === 'before') throw new Crash(`before ${name}`);
    const answer = await call();
    if (place === k) throw new Crash(`after ${name}`);
    return answer;
  };
}

describe('an intent', () => {
  it.each(CHAPTERS)('%s ends the same wherever its engine is killed', async (_name, chapter) => {
    const names: string[] = [];
    const whole = await chapter.play((name, call) => {
      names.push(name);
      return OPEN_GATE(name, call);
    });
    const expected = outcomeOf(whole);
    expect(expected.rolls[0]).toBe(chapter.rolls);
    const asked = new Set(expected.asked.map((one) => one.split(' ')[0]));
    expect([...asked].sort()).toEqual(chapter.asks);
    for (const [k, name] of names.entries()) {
      for (const when of READS.test(name)
        ? (['before'] as const)
        : (['before', 'after'] as const)) {
        const killed = await chapter.play(killedAt(k, when));
        expect({ k, name, when, ...outcomeOf(killed) }).toEqual({ k, name, when, ...expected });
      }
    }
  });
});
