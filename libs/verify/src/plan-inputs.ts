import {
  ascending,
  count,
  flag,
  items,
  members,
  name,
  positive,
  text,
  whole,
  word,
  type Node,
} from './node.js';
import { readOptions, type Options } from './option-inputs.js';
import { keyOf, placeOf, type Place } from './position.js';

/** What a plan was made from, as the inputs document holds it. */

/** A prepared venue instruction; opaque. */
export interface Envelope {
  readonly programId: string;
  readonly label: string;
  readonly data: string;
}

/** The latest measured state of a strategy. */
export interface Measured {
  readonly gross: number;
  readonly fee: number;
  readonly borrow: number;
  readonly slippage: number;
  readonly riskScore: number;
  readonly liquidity: 'INSTANT' | 'SAME_DAY' | 'BATCHED' | 'TERM';
  readonly delayHours: number;
  readonly concentration: number;
  readonly complexity: number;
  readonly oracleHealthy: boolean;
  readonly protocolHealthy: boolean;
  readonly withdrawalsHealthy: boolean;
  /** In the order in which they are sent. */
  readonly envelopes: readonly Envelope[];
}

/** A strategy and what is known of it. */
export interface Strategy {
  readonly strategyId: string;
  readonly assetId: string;
  readonly protocol: string;
  readonly state: string;
  readonly exotic: boolean;
  readonly canary: boolean;
  readonly cap: number;
  readonly adapter: 'STATIC' | 'MANIFEST' | 'DRIFT' | 'KAMINO';
  readonly measured?: Measured;
}

/** The limits of an allocation, in bps. */
export interface Policy {
  readonly id: string;
  readonly version: number;
  readonly reserve: number;
  readonly strategyCap: number;
  readonly protocolCaps: ReadonlyMap<string, number>;
  readonly defaultProtocolCap: number;
  readonly exoticCap: number;
  readonly marginFiCap: number;
  readonly leastDelta: number;
}

/** A position's live weight. */
export interface Weight extends Place {
  readonly weight: number;
}

/** Everything a plan was made from. */
export interface Inputs {
  readonly strategies: readonly Strategy[];
  readonly policy?: Policy;
  readonly allowed?: ReadonlySet<string>;
  readonly maxNotional?: bigint;
  readonly vault: {
    readonly vaultId: Node;
    readonly version: Node;
    readonly nav: Node;
    readonly weights: Node;
    readonly live: readonly Weight[];
  };
  readonly options: Options;
}

/** Reads the inputs document. */
export function readInputs(node: Node): Inputs {
  const fields = members(node, ['strategies', 'vault', 'options'], ['policy', 'manager']);
  const nodes = items(fields.strategies);
  const strategies = nodes.map(readStrategy);
  ascending(nodes, (place) => strategies[place]?.strategyId ?? '');
  const manager = fields.manager === undefined ? undefined : readManager(fields.manager);
  return {
    strategies,
    ...(fields.policy !== undefined && { policy: readPolicy(fields.policy) }),
    ...manager,
    vault: readVault(fields.vault),
    options: readOptions(fields.options),
  };
}

function readVault(node: Node): Inputs['vault'] {
  const fields = members(node, ['vaultId', 'vaultVersion', 'nav', 'weights']);
  const nodes = items(fields.weights);
  const live = nodes.map((one) => {
    const weight = members(one, ['assetId', 'side', 'weightBps']);
    return { ...placeOf(weight), weight: count(weight.weightBps) };
  });
  ascending(nodes, (place) => keyAt(live, place));
  return {
    vaultId: fields.vaultId,
    version: fields.vaultVersion,
    nav: fields.nav,
    weights: fields.weights,
    live,
  };
}

function keyAt(places: readonly Place[], place: number): string {
  const one = places[place];
  return one === undefined ? '' : keyOf(one);
}

function readStrategy(node: Node): Strategy {
  const fields = members(
    node,
    [
      'strategyId',
      'assetId',
      'protocol',
      'state',
      'exotic',
      'canary',
      'strategyCapBps',
      'adapterKind',
      'grossApySources',
      'version',
    ],
    ['snapshot'],
  );
  items(fields.grossApySources).forEach(text);
  count(fields.version);
  return {
    strategyId: name(fields.strategyId),
    assetId: name(fields.assetId),
    protocol: name(fields.protocol),
    state: word(fields.state, ['ACTIVE', 'PAUSED', 'EXIT_ONLY', 'DISABLED']),
    exotic: flag(fields.exotic),
    canary: flag(fields.canary),
    cap: count(fields.strategyCapBps, 0, 10_000),
    adapter: word(fields.adapterKind, ['STATIC', 'MANIFEST', 'DRIFT', 'KAMINO']),
    ...(fields.snapshot !== undefined && { measured: readMeasured(fields.snapshot) }),
  };
}

function readMeasured(node: Node): Measured {
  const fields = members(node, [
    'grossApyBps',
    'feeBps',
    'borrowCostBps',
    'slippageBps',
    'riskScoreBps',
    'liquidityProfile',
    'withdrawalDelayHours',
    'protocolConcentrationBps',
    'operationalComplexityBps',
    'oracleHealthy',
    'protocolHealthy',
    'withdrawalsHealthy',
    'envelopes',
    'version',
  ]);
  count(fields.version);
  return {
    gross: whole(fields.grossApyBps),
    fee: whole(fields.feeBps),
    borrow: whole(fields.borrowCostBps),
    slippage: whole(fields.slippageBps),
    riskScore: whole(fields.riskScoreBps),
    liquidity: word(fields.liquidityProfile, ['INSTANT', 'SAME_DAY', 'BATCHED', 'TERM']),
    delayHours: whole(fields.withdrawalDelayHours),
    concentration: whole(fields.protocolConcentrationBps),
    complexity: whole(fields.operationalComplexityBps),
    oracleHealthy: flag(fields.oracleHealthy),
    protocolHealthy: flag(fields.protocolHealthy),
    withdrawalsHealthy: flag(fields.withdrawalsHealthy),
    envelopes: items(fields.envelopes).map(readEnvelope),
  };
}

/** Reads a venue instruction. */
function readEnvelope(node: Node): Envelope {
  const fields = members(node, ['programId', 'label', 'data']);
  return { programId: text(fields.programId), label: text(fields.label), data: text(fields.data) };
}

function readPolicy(node: Node): Policy {
  const fields = members(node, [
    'policyId',
    'version',
    'minLiquidReserveBps',
    'strategyCapBps',
    'protocolCaps',
    'defaultProtocolCapBps',
    'exoticCapBps',
    'marginFiCapBps',
    'minRebalanceDeltaBps',
  ]);
  const nodes = items(fields.protocolCaps);
  const caps = nodes.map((one) => {
    const cap = members(one, ['protocol', 'capBps']);
    return [name(cap.protocol), count(cap.capBps, 0, 10_000)] as const;
  });
  ascending(nodes, (place) => caps[place]?.[0] ?? '');
  return {
    id: name(fields.policyId),
    version: count(fields.version),
    reserve: count(fields.minLiquidReserveBps, 0, 3_000),
    strategyCap: count(fields.strategyCapBps, 0, 10_000),
    protocolCaps: new Map(caps),
    defaultProtocolCap: count(fields.defaultProtocolCapBps, 0, 10_000),
    exoticCap: count(fields.exoticCapBps, 0, 10_000),
    marginFiCap: count(fields.marginFiCapBps, 0, 10_000),
    leastDelta: count(fields.minRebalanceDeltaBps),
  };
}

function readManager(node: Node): {
  readonly allowed: ReadonlySet<string>;
  readonly maxNotional?: bigint;
} {
  const fields = members(node, ['allowedStrategies'], ['managerId', 'version', 'maxNotional']);
  const nodes = items(fields.allowedStrategies);
  const ids = nodes.map(name);
  ascending(nodes, (place) => ids[place] ?? '');
  if (fields.managerId !== undefined) name(fields.managerId);
  if (fields.version !== undefined) count(fields.version);
  return {
    allowed: new Set(ids),
    ...(fields.maxNotional !== undefined && { maxNotional: positive(fields.maxNotional) }),
  };
}
