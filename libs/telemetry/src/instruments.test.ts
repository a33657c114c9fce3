import { afterEach, describe, expect, it } from 'vitest';
import { observe } from './gauges.js';
import { count, record } from './instruments.js';
import { METRICS, prometheusName } from './metrics.js';
import { metricsText } from './metrics-text.js';
import { serveMetrics } from './serve-metrics.js';
import { startTelemetry, type Telemetry } from './start-telemetry.js';

let telemetry: Telemetry | undefined;
afterEach(async () => {
  await telemetry?.shutdown();
  telemetry = undefined;
});

function start(): void {
  telemetry = startTelemetry({ serviceName: 'test' });
}

/** The value of a series, by the start of its line. */
async function seriesOf(name: string): Promise<readonly string[]> {
  return (await metricsText()).split('\n').filter((line) => line.startsWith(name));
}

describe('instruments', () => {
  it('count and distribute under the names that prometheusName says', async () => {
    start();
    count(METRICS.rebalancesEnded, 1, { 'trimtab.rebalance.state': 'COMPLETED' });
    count(METRICS.rebalancesEnded, 2, { 'trimtab.rebalance.state': 'COMPLETED' });
    record(METRICS.planDuration, 0.02);
    expect(await seriesOf(prometheusName(METRICS.rebalancesEnded))).toEqual([
      'trimtab_rebalance_ended_total{trimtab_rebalance_state="COMPLETED"} 3',
    ]);
    expect(await seriesOf(`${prometheusName(METRICS.planDuration)}_bucket{le="0.025"}`)).toEqual([
      'trimtab_plan_duration_bucket{le="0.025"} 1',
    ]);
  });

  it('count again after telemetry was shut down and started anew', async () => {
    start();
    count(METRICS.recalibrations, 5);
    await telemetry?.shutdown();
    start();
    count(METRICS.recalibrations, 1);
    expect(await seriesOf('trimtab_recalibrations_total')).toEqual([
      'trimtab_recalibrations_total 1',
    ]);
  });

  it('leave a gauge out that cannot be read, and show the others', async () => {
    start();
    observe(METRICS.outboxAge, () => Promise.reject(new Error('the database is gone')));
    const stop = observe(METRICS.outboxWaiting, () => [{ value: 7 }]);
    expect(await seriesOf('trimtab_outbox_age')).toEqual([]);
    expect(await seriesOf('trimtab_outbox_waiting')).toEqual(['trimtab_outbox_waiting 7']);
    stop();
    expect(await seriesOf('trimtab_outbox_waiting')).toEqual([]);
  });

  it('add what has the same attributes up, so that no series is there twice', async () => {
    start();
    const pool = { 'db.client.connection.pool.name': 'executor' };
    const stops = [1, 2].map((value) =>
      observe(METRICS.databasePending, () => [{ value, attributes: pool }]),
    );
    expect(await seriesOf(prometheusName(METRICS.databasePending))).toEqual([
      'db_client_connection_pending_requests{db_client_connection_pool_name="executor"} 3',
    ]);
    for (const stop of stops) stop();
  });

  it('say how late the event loop is, without being asked to', async () => {
    start();
    for (const metric of [METRICS.eventLoopDelayP99, METRICS.eventLoopUtilization]) {
      expect(await seriesOf(prometheusName(metric)), metric.name).toHaveLength(1);
    }
  });

  it('take secrets out of attributes', async () => {
    start();
    count(METRICS.notificationDeliveries, 1, { 'trimtab.notification.channel': 'Bearer s3cret' });
    expect(await metricsText()).not.toContain('s3cret');
  });
});

describe('the metrics endpoint', () => {
  it('answers GET /metrics on a port of its own, and nothing else', async () => {
    start();
    const endpoint = await serveMetrics('127.0.0.1:0');
    count(METRICS.recalibrations, 1);
    const answer = await fetch(`http://${endpoint.address}/metrics`);
    expect(answer.headers.get('content-type')).toContain('version=0.0.4');
    expect(await answer.text()).toContain('trimtab_recalibrations_total 1');
    expect((await fetch(`http://${endpoint.address}/`)).status).toBe(404);
    expect((await fetch(`http://${endpoint.address}/metrics`, { method: 'POST' })).status).toBe(
      404,
    );
    await endpoint.close();
  });

  it('names the variable when its port is taken', async () => {
    const first = await serveMetrics('127.0.0.1:0');
    await expect(serveMetrics(first.address)).rejects.toThrow(/METRICS_ADDRESS/);
    await first.close();
  });
});
