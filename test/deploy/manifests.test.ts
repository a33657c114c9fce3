import { describe, expect, it } from 'vitest';
import { CLUSTER_RULES, DEV_RULES } from './cluster-rules.js';
import { findRenderer, OVERLAYS, renderOverlay, type Overlay } from './kustomize.js';
import type { Manifest } from './manifests.js';
import { POD_RULES } from './pod-rules.js';
import { PRODUCTION_RULES } from './production-rules.js';
import { planted, type Rule } from './rule.js';
import { schemaFaults, unknownFields } from './schema.js';
import { TRAFFIC_RULES } from './traffic-rules.js';

const RULES: readonly Rule[] = [
  ...POD_RULES,
  ...TRAFFIC_RULES,
  ...CLUSTER_RULES,
  ...DEV_RULES,
  ...PRODUCTION_RULES,
];

const renderer = findRenderer();
if (renderer === undefined) {
  console.log(
    'manifests: skipped, neither kubectl from 1.27 nor kustomize from 5.0 is here (make kustomize)',
  );
}

describe.skipIf(renderer === undefined)('the manifests', () => {
  const rendered = new Map<Overlay, readonly Manifest[]>();
  const overlay = (name: Overlay): readonly Manifest[] => {
    const known = rendered.get(name) ?? renderOverlay(renderer ?? [], name);
    rendered.set(name, known);
    return known;
  };
  const cases = RULES.flatMap((rule) =>
    (rule.overlays ?? OVERLAYS).map((name) => ({ rule, name, sentence: rule.name })),
  );

  it.each(cases)('$name: $sentence', ({ rule, name }) => {
    expect(rule.check(overlay(name))).toEqual([]);
  });

  it.each(
    cases.flatMap(({ rule, name, sentence }) =>
      rule.violations.map((violation) => {
        const where = `${violation.kind} ${violation.name} ${violation.path}`;
        return { rule, name, sentence, violation, where };
      }),
    ),
  )('$name: would notice, at $where, that it is not so: $sentence', ({ rule, name, violation }) => {
    expect(rule.check(planted(overlay(name), violation))).not.toEqual([]);
  });

  it.each(OVERLAYS)('%s: every object is what Kubernetes has a schema for', (name) => {
    expect(schemaFaults(overlay(name))).toEqual([]);
  });

  it('would notice a field of the wrong type, one that is missing, and an unknown kind', () => {
    const [first, ...others] = overlay('dev');
    const path = 'spec.minReplicas';
    const wrong = { kind: 'HorizontalPodAutoscaler', name: 'oracle', path, value: 'two' } as const;
    expect(schemaFaults(planted(overlay('dev'), wrong))).toHaveLength(1);
    const missing = { kind: 'Deployment', name: 'oracle', path: 'spec.selector' } as const;
    expect(schemaFaults(planted(overlay('dev'), missing))).toHaveLength(1);
    const unknown = { ...first, kind: 'Daemon' } as unknown as Manifest;
    expect(schemaFaults([unknown, ...others])).toHaveLength(1);
  });

  it('have no field that Kubernetes does not know', () => {
    expect(unknownFields([...overlay('dev'), ...overlay('production')])).toEqual([]);
  });

  it('would notice an unknown field', () => {
    const path = 'spec.template.spec.containers.0.securityContext.readonlyRootFilesystem';
    const typo = { kind: 'Deployment', name: 'oracle', path, value: true } as const;
    const [one] = unknownFields(
      planted(overlay('dev'), typo).filter(({ metadata }) => metadata.name === 'oracle'),
    );
    expect(one).toContain('readonlyRootFilesystem');
  });
});
