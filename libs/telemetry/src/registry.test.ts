import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ATTRIBUTES } from './attributes.js';
import { METRICS, prometheusName, type MetricDefinition } from './metrics.js';

interface Attribute {
  readonly constant: string;
  readonly key: string;
  readonly type: string;
  readonly brief: string;
  readonly example: unknown;
}

interface Metric extends Omit<MetricDefinition, 'bounds'> {
  readonly constant: string;
  readonly attributes: readonly string[];
}

interface Registry {
  readonly attributes: readonly Attribute[];
  readonly conventions: readonly string[];
  readonly metrics: readonly Metric[];
}

async function registry(): Promise<Registry> {
  const text = await readFile(new URL('../registry.yaml', import.meta.url), 'utf8');
  return parse(text) as Registry;
}

describe('the registry', () => {
  it('describes exactly the attributes of the constants, each once', async () => {
    const { attributes } = await registry();
    expect(Object.fromEntries(attributes.map(({ constant, key }) => [constant, key]))).toEqual(
      ATTRIBUTES,
    );
    expect(new Set(attributes.map(({ key }) => key)).size).toBe(attributes.length);
  });

  it('gives each attribute a type, a brief and an example of that type', async () => {
    for (const entry of (await registry()).attributes) {
      expect(entry.key).toMatch(/^trimtab(\.[a-z_]+)+$/);
      expect(['string', 'int']).toContain(entry.type);
      expect(entry.brief).toMatch(/\.$/);
      expect(typeof entry.example, entry.key).toBe(entry.type === 'int' ? 'number' : 'string');
    }
  });

  it('describes exactly the metrics of the constants, with kind, unit and brief', async () => {
    const facts = ({ name, kind, unit, brief }: Omit<MetricDefinition, 'bounds'>) => ({
      ...{ name, kind, unit, brief },
    });
    const described = (await registry()).metrics.map((one) => [one.constant, facts(one)]);
    const known = Object.entries(METRICS).map(([constant, metric]) => [constant, facts(metric)]);
    expect(Object.fromEntries(described)).toEqual(Object.fromEntries(known));
  });

  it('gives a metric attributes that it knows, and names that Prometheus can tell apart', async () => {
    const { attributes, conventions, metrics } = await registry();
    const known = new Set([...attributes.map(({ key }) => key), ...conventions]);
    for (const metric of metrics) {
      for (const key of metric.attributes) expect(known, metric.name).toContain(key);
    }
    const names = Object.values(METRICS).map(prometheusName);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has no convention among the names of our own', async () => {
    for (const key of (await registry()).conventions) expect(key).not.toMatch(/^trimtab\./);
  });
});
