import { instant } from '@trimtab/core';
import type { RoundsProblem, StrategyInput } from '@trimtab/solver/domain';

/** Whole numbers from a seed: the same on every machine. */
export interface Draws {
  /** From 0 to `max`, both included. */
  readonly upTo: (max: number) => number;
}

/** The mixed congruential generator of Knuth, MMIX; its upper half is well mixed. */
export function drawsFrom(seed: number): Draws {
  let state = BigInt(seed);
  return {
    upTo: (max) => {
      state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
      return Number((state >> 33n) % BigInt(max + 1));
    },
  };
}

/** How large and how tight a drawn problem is. */
export interface ProblemSize {
  readonly strategies: number;
  readonly protocols: number;
}

const PROFILES = ['INSTANT', 'SAME_DAY', 'BATCHED', 'TERM'] as const;

/**
 * A problem such as a vault has: yields of 2 to 30 %, a fifth of the strategies exotic, some unhealthy,
 * caps that bind here and there.
 */
export function drawProblem({ upTo }: Draws, size: ProblemSize): RoundsProblem {
  const strategies = Array.from({ length: size.strategies }, (_, index): StrategyInput => {
    const protocol = upTo(size.protocols - 1);
    return {
      strategy: {
        strategyId: `strategy-${String(index).padStart(5, '0')}`,
        assetId: `SHARE-${String(index).padStart(5, '0')}`,
        protocol: protocol === 0 ? 'marginfi' : `protocol-${protocol}`,
        state: 'ACTIVE',
        exotic: upTo(4) === 0,
        canary: upTo(9) === 0,
        strategyCapBps: 500 + 100 * upTo(40),
        adapterKind: 'STATIC',
        grossApySources: [],
        version: 1,
      },
      snapshot: {
        grossApyBps: 200 + upTo(2800),
        feeBps: upTo(50),
        borrowCostBps: upTo(20),
        slippageBps: upTo(30),
        riskScoreBps: upTo(900),
        liquidityProfile: PROFILES[upTo(3)] ?? 'INSTANT',
        withdrawalDelayHours: upTo(72),
        protocolConcentrationBps: upTo(500),
        operationalComplexityBps: upTo(200),
        oracleHealthy: upTo(49) > 0,
        protocolHealthy: upTo(49) > 0,
        withdrawalsHealthy: upTo(19) > 0,
        envelopes: [],
        version: 1,
      },
    };
  });
  return {
    mode: 'ROUNDS',
    strategies,
    policy: {
      policyId: 'drawn',
      version: 1,
      minLiquidReserveBps: 100 * upTo(20),
      strategyCapBps: 1000 + 100 * upTo(50),
      protocolCaps: [],
      defaultProtocolCapBps: 2000 + 100 * upTo(50),
      exoticCapBps: 100 * upTo(40),
      marginFiCapBps: 500 + 100 * upTo(40),
      minRebalanceDeltaBps: 50,
    },
    manager: {
      managerId: 'drawn',
      version: 1,
      allowedStrategies: strategies.map(({ strategy }) => strategy.strategyId),
    },
    vault: { vaultId: 'drawn', vaultVersion: 1, nav: 10n ** 12n, weights: [] },
    snapshotHash: 'a'.repeat(64),
    generateTime: instant(1_522_800_000_000),
  };
}
