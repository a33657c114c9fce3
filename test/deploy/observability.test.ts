import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { METRICS, prometheusName } from '@trimtab/telemetry';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { knownSeries, metricsOf, unknownIn } from './promql.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const FOLDER = join(ROOT, 'deploy/observability');
const PROMETHEUS = join(FOLDER, 'prometheus');

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

interface Fault {
  readonly name: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

const read = (path: string): string => readFileSync(path, 'utf8');
const alerts = (
  parse(read(join(PROMETHEUS, 'alerts.yaml'))) as { groups: { rules: Alert[] }[] }
).groups.flatMap(({ rules }) => rules);
const faults = (parse(read(join(PROMETHEUS, 'alerts.test.yaml'))) as { tests: Fault[] }).tests;
const series = knownSeries(read(join(ROOT, 'libs/telemetry/registry.yaml')));
const dashboards = readdirSync(join(FOLDER, 'grafana')).map((name) => ({
  name,
  board: JSON.parse(read(join(FOLDER, 'grafana', name))) as {
    uid: string;
    title: string;
    panels: { title: string; targets: { expr: string }[] }[];
  },
}));
const queries = dashboards.flatMap(({ board }) =>
  board.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
);

function promtool(folder: string, ...command: readonly string[]) {
  const run = spawnSync('promtool', command, { cwd: folder, encoding: 'utf8' });
  if (run.error !== undefined) {
    throw new Error('promtool is missing: test/run/ensure-promtool.sh installs it', {
      cause: run.error,
    });
  }
  return { code: run.status, output: `${run.stdout}${run.stderr}` };
}

describe('the alert rules', () => {
  it('are rules, and the configuration takes them', () => {
    expect(promtool(PROMETHEUS, 'check', 'rules', 'alerts.yaml').output).toContain('SUCCESS');
    expect(promtool(PROMETHEUS, 'check', 'config', 'prometheus.yml').output).toContain('SUCCESS');
  });

  it('fire on a planted fault, each of them', () => {
    expect(promtool(PROMETHEUS, 'test', 'rules', 'alerts.test.yaml')).toMatchObject({ code: 0 });
    const planted = faults.flatMap((fault) => fault.alert_rule_test);
    for (const { alert } of alerts) {
      const expected = planted.find(({ alertname }) => alertname === alert)?.exp_alerts;
      expect(expected, alert).not.toHaveLength(0);
      expect(expected, alert).toBeDefined();
    }
  });

  it('do not fire without it: a rule that looks for nothing fails its fault', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trimtab-alerts-'));
    const text = read(join(PROMETHEUS, 'alerts.test.yaml'));
    const silent = alerts.map((alert) => ({ ...alert, expr: `(${alert.expr}) > 1e12` }));
    writeFileSync(
      join(folder, 'alerts.yaml'),
      stringify({ groups: [{ name: 'x', rules: silent }] }),
    );
    writeFileSync(join(folder, 'alerts.test.yaml'), text);
    const { code, output } = promtool(folder, 'test', 'rules', 'alerts.test.yaml');
    rmSync(folder, { recursive: true, force: true });
    expect(code).not.toBe(0);
    for (const { alert } of alerts) expect(output).toContain(`alertname: ${alert}`);
  });

  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s names series that exist, says what is wrong and leads to its runbook',
    (name, { expr, labels, annotations }) => {
      expect(unknownIn(expr, series)).toEqual([]);
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/\.$/);
      const [file = '', anchor] = annotations.runbook.split('#');
      expect(anchor).toBe(name.toLowerCase());
      expect(existsSync(join(ROOT, file)), file).toBe(true);
      expect(read(join(ROOT, file))).toMatch(new RegExp(`^### ${name}$`, 'm'));
    },
  );

  it.each(faults.map((fault) => [fault.name, fault] as const))(
    'the fault of %s is planted in series that exist',
    (_name, fault) => {
      for (const { series: planted } of fault.input_series) {
        expect(unknownIn(planted, series)).toEqual([]);
      }
    },
  );
});

describe('the dashboards', () => {
  it('are two, each with an id, and no panel without a title or a query', () => {
    expect(dashboards.map(({ board }) => board.uid).sort()).toEqual([
      'trimtab-rebalances',
      'trimtab-services',
    ]);
    for (const { board, name } of dashboards) {
      for (const panel of board.panels) {
        expect(panel.title, name).not.toBe('');
        expect(panel.targets.length, panel.title).toBeGreaterThan(0);
      }
    }
  });

  it.each(queries.map((query) => [query] as const))('ask for series that exist: %s', (query) => {
    expect(unknownIn(query, series)).toEqual([]);
    // Prometheus itself has to understand it; the variable is Grafana's.
    const plain = query.replaceAll('$__rate_interval', '5m');
    const folder = mkdtempSync(join(tmpdir(), 'trimtab-query-'));
    const rules = [{ record: 'x', expr: plain }];
    writeFileSync(join(folder, 'query.yaml'), stringify({ groups: [{ name: 'x', rules }] }));
    const { output } = promtool(folder, 'check', 'rules', 'query.yaml');
    rmSync(folder, { recursive: true, force: true });
    expect(output).toContain('SUCCESS');
  });

  it('show every metric that there is', () => {
    const shown = new Set(queries.flatMap((query) => metricsOf(query).map(({ metric }) => metric)));
    const hidden = Object.values(METRICS).filter((metric) => {
      const name = prometheusName(metric);
      return ![name, `${name}_bucket`, `${name}_count`].some((one) => shown.has(one));
    });
    expect(hidden.map(({ name }) => name)).toEqual([]);
  });
});

describe('the check of queries', () => {
  it('finds a metric and a label that do not exist', () => {
    expect(unknownIn('sum(trimtab_nothing)', series)).toEqual(['trimtab_nothing does not exist']);
    expect(unknownIn('sum by (colour) (trimtab_vault_drift)', series)).toEqual([
      'trimtab_vault_drift has no colour',
    ]);
    expect(unknownIn('trimtab_vault_drift{colour="red"} > 0', series)).toEqual([
      'trimtab_vault_drift has no colour',
    ]);
    expect(unknownIn('1 > 0', series)).toEqual(['no metric in 1 > 0']);
  });
});

describe('the collector', () => {
  const config = parse(read(join(FOLDER, 'collector/collector.yaml'))) as {
    receivers: object;
    exporters: object;
    processors: {
      redaction: { blocked_values: string[]; blocked_key_patterns: string[] };
      tail_sampling: { policies: { name: string; type: string; status_code?: unknown }[] };
    };
    service: {
      pipelines: Record<string, Record<'receivers' | 'processors' | 'exporters', string[]>>;
    };
  };

  it('runs what it defines, redaction before anything is kept or sent', () => {
    const traces = config.service.pipelines['traces'];
    expect(traces?.receivers).toEqual(Object.keys(config.receivers));
    expect(traces?.exporters).toEqual(Object.keys(config.exporters));
    expect(traces?.processors).toEqual(Object.keys(config.processors));
    const order = traces?.processors ?? [];
    expect(order.indexOf('redaction')).toBeLessThan(order.indexOf('tail_sampling'));
  });

  it('keeps every trace with an error', () => {
    expect(config.processors.tail_sampling.policies).toContainEqual({
      name: 'errors',
      type: 'status_code',
      status_code: { status_codes: ['ERROR'] },
    });
  });

  it.each([
    'Bearer abc',
    'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.',
    'postgres://trimtab:hunter2@db/trimtab',
    'https://hook/?secret=abc',
    '-----BEGIN EC PRIVATE KEY-----',
  ])('blocks %s', (value) => {
    const patterns = config.processors.redaction.blocked_values.map(
      // The flags of Go stand inside of the pattern.
      (text) => new RegExp(text.replace('(?i)', ''), text.startsWith('(?i)') ? 'i' : ''),
    );
    expect(patterns.some((pattern) => pattern.test(value))).toBe(true);
  });
});
