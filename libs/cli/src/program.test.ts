import { describe, expect, it } from 'vitest';
import { serversOfEnvironment } from './commands/dev.js';
import { createProgram } from './program.js';

describe('the command line', () => {
  it('renders the help of every command', () => {
    const program = createProgram(() => undefined);
    const names = program.commands.map((command) => command.name());
    expect(names).toEqual(
      expect.arrayContaining([
        'demo',
        'dev',
        'token',
        'conformance',
        'watch',
        'replay',
        'backtest',
      ]),
    );
    for (const command of program.commands) {
      expect(command.helpInformation()).toContain(command.description());
      expect(command.helpInformation()).toContain('--json');
    }
  });
});

describe('serversOfEnvironment', () => {
  it('takes the servers that are named and the embedded ones otherwise', () => {
    expect(serversOfEnvironment({})).toEqual({});
    expect(serversOfEnvironment({ DATABASE_URL: '', NATS_URL: '' })).toEqual({});
    expect(serversOfEnvironment({ DATABASE_URL: 'postgres://x', NATS_URL: 'nats://y' })).toEqual({
      databaseUrl: 'postgres://x',
      natsUrl: 'nats://y',
    });
  });
});
