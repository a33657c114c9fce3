import { METRICS, prometheusName } from '@trimtab/telemetry';
import { parse } from 'yaml';

/** A metric that a query names, and the labels that it is asked for. */
export interface NamedMetric {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** What every series may have: names that Prometheus gives, and the bound of a bucket. */
const OWN_LABELS: ReadonlySet<string> = new Set(['instance', 'job', 'le']);
/** The one metric that Prometheus makes itself. */
const UP = 'up';
const METRIC = /\b(up|(?:trimtab|rpc|db|messaging|http|nodejs)_[a-z0-9_]+)\b/g;
const GROUPING = /\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g;

/** The metrics of a query; labels that it is grouped by belong to each of them. */
export function metricsOf(query: string): readonly NamedMetric[] {
  const grouped = [...query.matchAll(GROUPING)].flatMap(([, list = '']) => list.split(','));
  const selected = [...query.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(
    ([, label = '']) => label,
  );
  const labels = [...grouped.map((label) => label.trim()), ...selected].filter(Boolean);
  const bare = query.replaceAll(GROUPING, '').replaceAll(/\{[^}]*\}/g, '');
  return [...bare.matchAll(METRIC)].map(([, metric = '']) => ({ metric, labels }));
}

/** The labels of each series that processes expose, by its name in Prometheus. */
export function knownSeries(registry: string): ReadonlyMap<string, ReadonlySet<string>> {
  const { metrics } = parse(registry) as {
    metrics: { constant: keyof typeof METRICS; attributes: string[] }[];
  };
  const series = new Map<string, ReadonlySet<string>>([[UP, OWN_LABELS]]);
  for (const { constant, attributes } of metrics) {
    const labels = new Set([...OWN_LABELS, ...attributes.map((key) => key.replaceAll('.', '_'))]);
    const name = prometheusName(METRICS[constant]);
    const isHistogram = METRICS[constant].kind === 'histogram';
    const endings = isHistogram ? ['_bucket', '_sum', '_count'] : [''];
    for (const ending of endings) series.set(`${name}${ending}`, labels);
  }
  return series;
}

/** What of a query does not exist. */
export function unknownIn(
  query: string,
  series: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  const named = metricsOf(query);
  if (named.length === 0) return [`no metric in ${query}`];
  return named.flatMap(({ metric, labels }) => {
    const known = series.get(metric);
    if (known === undefined) return [`${metric} does not exist`];
    return labels.filter((label) => !known.has(label)).map((label) => `${metric} has no ${label}`);
  });
}
