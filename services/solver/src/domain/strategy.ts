import type { MarketData } from './options/market-data.js';

/**
 * What the solver can allocate to. A strategy owns one asset, its share, which is held LONG and
 * priced by the oracle in the underlying (solver rules, inputs).
 */

/** Only ACTIVE strategies receive weight; the others keep their score and are wound down. */
export type StrategyState = 'ACTIVE' | 'PAUSED' | 'EXIT_ONLY' | 'DISABLED';

/** How fast money comes back from a strategy; each profile has a fixed haircut. */
export type LiquidityProfile = 'INSTANT' | 'SAME_DAY' | 'BATCHED' | 'TERM';

/** Which adapter scores a strategy and builds its steps; one name for each adapter that exists. */
export type AdapterKind = 'STATIC' | 'MANIFEST' | 'DRIFT' | 'KAMINO';

/** The definition of a strategy. */
export interface Strategy {
  readonly strategyId: string;
  /** The strategy's share; no two strategies have the same. */
  readonly assetId: string;
  readonly protocol: string;
  readonly state: StrategyState;
  readonly exotic: boolean;
  readonly canary: boolean;
  /** The strategy's own cap, 0 to 10 000. */
  readonly strategyCapBps: number;
  readonly adapterKind: AdapterKind;
  /** Where the gross yield comes from, for the reader of a plan. */
  readonly grossApySources: readonly string[];
  /** Rises by 1 with every change. */
  readonly version: number;
}

/** A prepared venue instruction; a step that carries some is never cut. */
export interface InstructionEnvelope {
  readonly programId: string;
  readonly label: string;
  /** Opaque to the solver, base64. */
  readonly data: string;
}

/** The latest measured state of a strategy. It is global, not per vault; all rates in bps. */
export interface StrategySnapshot {
  readonly grossApyBps: number;
  readonly feeBps: number;
  readonly borrowCostBps: number;
  readonly slippageBps: number;
  readonly riskScoreBps: number;
  readonly liquidityProfile: LiquidityProfile;
  readonly withdrawalDelayHours: number;
  readonly protocolConcentrationBps: number;
  readonly operationalComplexityBps: number;
  readonly oracleHealthy: boolean;
  readonly protocolHealthy: boolean;
  readonly withdrawalsHealthy: boolean;
  readonly envelopes: readonly InstructionEnvelope[];
  /** Rises by 1 with every snapshot of the strategy. */
  readonly version: number;
  /** Read by the options of a policy only; a plan without options does not carry it. */
  readonly market?: MarketData;
}

/** A strategy as one plan sees it: its definition, and its snapshot if there is one. */
export interface StrategyInput {
  readonly strategy: Strategy;
  readonly snapshot?: StrategySnapshot;
}
