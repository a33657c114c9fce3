import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@trimtab/testkit';
import { startTopology } from './topology.js';

/**
 * `make up` and `make down`: production's topology on this machine, in the background. The process that
 * holds it is `up.ts serve`; its id is in a file of the folder, its output beside.
 */
const FOLDER = join(process.env['DATA_FOLDER'] ?? '.trimtab', 'up');
const PROCESS_FILE = join(FOLDER, 'process-id');
const OUTPUT_FILE = join(FOLDER, 'output.log');
const PATIENCE_MS = 180_000;

const [, , command] = process.argv;
if (command === 'serve') await serve();
else if (command === 'down') await down();
else await up();

async function up(): Promise<void> {
  const running = runningProcess();
  if (running !== undefined) {
    console.log(`up already, as process ${running}; make down ends it`);
    return;
  }
  mkdirSync(FOLDER, { recursive: true });
  const output = openSync(OUTPUT_FILE, 'w');
  const child = spawn(process.execPath, [...process.execArgv, import.meta.filename, 'serve'], {
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  writeFileSync(PROCESS_FILE, `${child.pid}\n`);
  child.unref();
  const last = await eventually(
    () => {
      if (child.exitCode !== null) return 'ended';
      return readFileSync(OUTPUT_FILE, 'utf8').endsWith('ready\n') ? 'ready' : undefined;
    },
    { what: `the line ready in ${OUTPUT_FILE}`, timeoutMs: PATIENCE_MS },
  );
  process.stdout.write(readFileSync(OUTPUT_FILE, 'utf8'));
  if (last === 'ended') process.exitCode = 1;
}

async function down(): Promise<void> {
  const running = runningProcess();
  if (running === undefined) {
    console.log('nothing is up');
    return;
  }
  process.kill(running, 'SIGTERM');
  await eventually(() => (runningProcess() === undefined ? true : undefined), {
    what: `the end of process ${running}`,
    timeoutMs: PATIENCE_MS,
  });
  console.log('down');
}

async function serve(): Promise<void> {
  const stopped = new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  const topology = await startTopology({
    folder: FOLDER,
    fixedPorts: true,
    onProgress: (line) => console.log(line),
  });
  console.log(`tokens: npx trimtab token --data-folder ${FOLDER} --subject NAME --scope ...`);
  console.log('ready');
  await stopped;
  const failed = await topology.stop();
  rmSync(PROCESS_FILE, { force: true });
  if (failed.length === 0) return process.exit(0);
  console.log(`did not end cleanly: ${failed.join(', ')}`);
  process.exit(1);
}

function runningProcess(): number | undefined {
  if (!existsSync(PROCESS_FILE)) return undefined;
  const id = Number.parseInt(readFileSync(PROCESS_FILE, 'utf8'), 10);
  try {
    process.kill(id, 0);
    return id;
  } catch {
    return undefined;
  }
}
