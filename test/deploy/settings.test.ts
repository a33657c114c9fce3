import { engineConfig } from '@trimtab/engine';
import { executorConfig } from '@trimtab/executor';
import { gatewayConfig } from '@trimtab/gateway';
import { intentConfig } from '@trimtab/intent';
import { ConfigError } from '@trimtab/lifecycle';
import { oracleConfig } from '@trimtab/oracle';
import { orderGenConfig } from '@trimtab/ordergen';
import { solverConfig } from '@trimtab/solver';
import { describe, expect, it } from 'vitest';
import { findRenderer, OVERLAYS, renderOverlay, type Overlay } from './kustomize.js';
import { generated, podsOf, serviceContainer, type Manifest } from './manifests.js';

const READERS = {
  engine: engineConfig,
  executor: executorConfig,
  gateway: gatewayConfig,
  intent: intentConfig,
  oracle: oracleConfig,
  ordergen: orderGenConfig,
  solver: solverConfig,
} as const;

const renderer = findRenderer();

/** The environment of a service's container; what a Secret holds is an address of a database. */
function environmentOf(manifests: readonly Manifest[], service: string): Record<string, string> {
  const pod = podsOf(manifests).find(({ owner }) => owner === `Deployment ${service}`);
  const variables = (pod && serviceContainer(pod)?.env) ?? [];
  return {
    ...generated(manifests, 'settings'),
    ...Object.fromEntries(
      variables.map(({ name, value, valueFrom }) => {
        const key = valueFrom?.configMapKeyRef?.key;
        const given = key === undefined ? undefined : generated(manifests, 'bus')[key];
        const fromPod = valueFrom?.fieldRef === undefined ? undefined : `${service}-0`;
        return [name, value ?? given ?? fromPod ?? 'postgres://database:5432/trimtab'];
      }),
    ),
  };
}

describe.skipIf(renderer === undefined)('the environment of the manifests', () => {
  const cases = OVERLAYS.flatMap((overlay) =>
    Object.entries(READERS).map(([service, read]) => ({ overlay, service, read })),
  ).filter(({ overlay, service }) => overlay === 'dev' || service !== 'executor');
  const rendered = new Map<Overlay, readonly Manifest[]>(
    OVERLAYS.map((overlay) => [
      overlay,
      renderer === undefined ? [] : renderOverlay(renderer, overlay),
    ]),
  );

  it.each(cases)('of $overlay is one that $service starts with', ({ overlay, service, read }) => {
    const environment = environmentOf(rendered.get(overlay) ?? [], service);
    expect(read(environment)).toMatchObject({ HEALTH_ADDRESS: '0.0.0.0:8081' });
  });

  it('of production is one that the executor refuses, naming the venue that is not configured', () => {
    const environment = environmentOf(rendered.get('production') ?? [], 'executor');
    expect(() => executorConfig(environment)).toThrow(ConfigError);
    expect(() => executorConfig(environment)).toThrow(/VENUE/);
  });
});
