import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from './manifests.js';

/** The overlays, each a whole cluster. */
export const OVERLAYS = ['dev', 'production'] as const;

/** One of {@link OVERLAYS}. */
export type Overlay = (typeof OVERLAYS)[number];

/** Programs that render, in the order in which they are tried. */
const RENDERERS: readonly (readonly string[])[] = [
  ['kubectl', 'kustomize'],
  ['kustomize', 'build'],
  [join(homedir(), 'go/bin/kustomize'), 'build'],
];
/** kubectl 1.27 brings the first kustomize that reads these files: 5.0. */
const OLDEST_MAJOR = 5;

/** The program that renders here; undefined where there is none, or only an older one. */
export function findRenderer(): readonly string[] | undefined {
  return RENDERERS.find(([program = '', command]) => {
    const version = printed(program, command === 'build' ? ['version'] : ['version', '--client']);
    const major = /v(\d+)\.\d+\.\d+$/m.exec(
      version.replaceAll(/^Client Version.*$/gm, '').trim(),
    )?.[1];
    return major !== undefined && Number(major) >= OLDEST_MAJOR;
  });
}

/** Every object of an overlay, as it would be applied. */
export function renderOverlay(renderer: readonly string[], overlay: Overlay): readonly Manifest[] {
  const [program = '', ...words] = renderer;
  const text = execFileSync(program, [...words, `deploy/k8s/overlays/${overlay}`], {
    encoding: 'utf8',
  });
  // Long values of Secrets come in lines, which a server joins again.
  const joined = text.replaceAll(/: \|\n((?: {4}[A-Za-z0-9+/=]+\n)+)/g, (_all, lines: string) => {
    return `: ${lines.replaceAll(/\s/g, '')}\n`;
  });
  return parseAllDocuments(joined).map((document) => document.toJS() as Manifest);
}

function printed(program: string, words: readonly string[]): string {
  try {
    return execFileSync(program, [...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}
