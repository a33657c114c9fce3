#!/usr/bin/env node
// Exists before the build, so that npm can link it; `make build` makes what it starts.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('trimtab is not built yet: run `make build` first');
  process.exitCode = 1;
}
