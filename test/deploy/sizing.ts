/** What was measured: README, "What it costs", and deploy/SIZING.md for the rest. Whole numbers. */
export interface Measured {
  /** Processor time of the services for a rebalance of ten actions, in milliseconds. */
  readonly servicesMs: number;
  /** Processor time of everything: two cores and 15.4 rebalances a second. */
  readonly everythingMs: number;
  /** Write commits of a rebalance. */
  readonly commits: number;
  /** Commits that one PostgreSQL primary does in a second. */
  readonly commitsPerSecond: number;
  /** Messages of a rebalance in the stream of orders, and as many in that of executions. */
  readonly messagesPerStream: number;
  /** Messages that a stream on three servers takes in a second, each on disk before it is acknowledged. */
  readonly messagesPerSecond: number;
}

/** What a rate of rebalances needs. */
export interface Sizing {
  readonly perSecond: number;
  /** Actions that are dispatched, filled and folded in a second. */
  readonly events: number;
  /** Pods of all services together, one core each, and never fewer than two of each of the seven. */
  readonly pods: number;
  /** Least number of partitions, a power of two: one for each pod, should all of them be OrderGen's. */
  readonly partitions: number;
  /** Streams of orders, and as many of executions. */
  readonly streams: number;
  /** PostgreSQL primaries of 16 cores. */
  readonly primaries: number;
}

export const MEASURED: Measured = {
  servicesMs: 70,
  everythingMs: 130,
  commits: 46,
  commitsPerSecond: 14_858,
  messagesPerStream: 10,
  messagesPerSecond: 1_000,
};

/** Nothing is planned for more than seven tenths of what it can do. */
const [USED, OF] = [7, 10];
const CORES_OF_PRIMARY = 16;
const LEAST_PODS = 14;
const LEAST_PARTITIONS = 16;
const RATES = [10, 1_000, 100_000];

/** Computes a rate; every division rounds up. */
export function sizingOf(perSecond: number, measured: Measured = MEASURED): Sizing {
  const events = perSecond * measured.messagesPerStream;
  const pods = Math.max(LEAST_PODS, up(perSecond * measured.servicesMs * OF, 1_000 * USED));
  const databaseMs = measured.everythingMs - measured.servicesMs;
  const byProcessor = up(perSecond * databaseMs * OF, 1_000 * USED * CORES_OF_PRIMARY);
  const byCommits = up(perSecond * measured.commits * OF, measured.commitsPerSecond * USED);
  return {
    ...{ perSecond, events, pods },
    partitions: powerOfTwo(pods),
    streams: up(events * OF, measured.messagesPerSecond * USED),
    primaries: Math.max(byProcessor, byCommits),
  };
}

/** Rebalances per second at which one of each is used as much as is planned for; rounded down. */
export function wallsOf(measured: Measured = MEASURED): Readonly<Record<string, number>> {
  const databaseMs = measured.everythingMs - measured.servicesMs;
  return {
    'one pod': Math.floor((1_000 * USED) / (measured.servicesMs * OF)),
    'one stream of orders': Math.floor(
      (measured.messagesPerSecond * USED) / (measured.messagesPerStream * OF),
    ),
    '16 partitions': Math.floor((16 * 1_000 * USED) / (measured.servicesMs * OF)),
    'one primary, its processors': Math.floor(
      (CORES_OF_PRIMARY * 1_000 * USED) / (databaseMs * OF),
    ),
    'one primary, its commits': Math.floor(
      (measured.commitsPerSecond * USED) / (measured.commits * OF),
    ),
  };
}

/** The rows of the two tables of deploy/SIZING.md, cell by cell. */
export function sizingTables(): {
  readonly needs: readonly string[];
  readonly walls: readonly string[];
} {
  const text = (value: number): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, ' ');
  return {
    needs: RATES.map((rate) => Object.values(sizingOf(rate)).map(text).join(' | ')),
    walls: Object.entries(wallsOf()).map(([name, rate]) => `${name} | ${text(rate)}`),
  };
}

function up(numerator: number, denominator: number): number {
  return Math.floor((numerator + denominator - 1) / denominator);
}

function powerOfTwo(atLeast: number): number {
  let power = LEAST_PARTITIONS;
  while (power < atLeast) power *= 2;
  return power;
}
