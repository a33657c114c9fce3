import { resolve } from 'node:path';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Job } from 'kubernetes-models/batch/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, Secret, Service, ServiceAccount } from 'kubernetes-models/v1';
import ts from 'typescript';
import type { Kind, Manifest } from './manifests.js';

const MODELS: Readonly<
  Record<Kind, new (data: never) => { validate(): void; apiVersion?: string }>
> = {
  ...{ ConfigMap, Deployment, HorizontalPodAutoscaler, Job, Namespace, NetworkPolicy },
  ...{ PodDisruptionBudget, Secret, Service, ServiceAccount, StatefulSet },
};

/** What the schemas of Kubernetes refuse: wrong types, and fields that must be there. */
export function schemaFaults(manifests: readonly Manifest[]): readonly string[] {
  return manifests.flatMap((manifest) => {
    const where = `${manifest.kind} ${manifest.metadata.name}`;
    if (!(manifest.kind in MODELS)) return [`${where} is of no known kind`];
    try {
      const model = new MODELS[manifest.kind](manifest as never);
      model.validate();
      return model.apiVersion === manifest.apiVersion ? [] : [`${where} is of another version`];
    } catch (error) {
      return [`${where}: ${String(error)}`];
    }
  });
}

/** A file that is never written: each manifest as a literal of its type. */
const FILE = resolve('test/deploy/manifests-as-literals.ts');

/** Fields that Kubernetes does not know, which its schemas let pass: a compiler does not. */
export function unknownFields(manifests: readonly Manifest[]): readonly string[] {
  const literals = manifests.map(({ apiVersion, kind, ...content }, index) => {
    const type = `import('kubernetes-models/${apiVersion}').I${kind}`;
    return `export const m${index}: ${type} = ${JSON.stringify({ apiVersion, kind, ...content })};`;
  });
  const options: ts.CompilerOptions = {
    ...{ noEmit: true, strict: true, skipLibCheck: true, types: [] },
    ...{ module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023 },
  };
  const host = ts.createCompilerHost(options);
  const fromDisk = { get: host.getSourceFile.bind(host), has: host.fileExists.bind(host) };
  host.fileExists = (path) => path === FILE || fromDisk.has(path);
  host.getSourceFile = (path, language, ...rest) =>
    path === FILE
      ? ts.createSourceFile(path, literals.join('\n'), language)
      : fromDisk.get(path, language, ...rest);
  const program = ts.createProgram([FILE], options, host);
  return program.getSemanticDiagnostics().map(({ messageText, file, start = 0 }) => {
    const line = file?.getLineAndCharacterOfPosition(start).line ?? 0;
    const { kind, metadata } = manifests[line] ?? { kind: '?', metadata: { name: '?' } };
    return `${kind} ${metadata.name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}
