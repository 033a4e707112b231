import { mock } from 'node:test';
import { describe, expect, it } from '@jest/globals';
import { partArguments } from './part-arguments.ts';
import { serverOptions } from './server/server-options.ts';

const SERVER = { command: 'server', options: serverOptions, set: { port: 'use its own --port' } } as const;
const handedOn = (...args: string[]) => partArguments(SERVER, args, '/home/ann');

describe('arguments that skiff up hands on', () => {
  it('are kept one by one, with the paths of files made absolute', () => {
    expect(handedOn()).toEqual([]);
    expect(
      handedOn(
        '--audit-policy-file=policy.yaml',
        '--audit-log-path',
        '../log/audit.log',
        '--audit-log-maxage=30',
        '--encryption-provider-config=/etc/e.yaml',
      ),
    ).toEqual([
      '--audit-policy-file=/home/ann/policy.yaml',
      '--audit-log-path=/home/log/audit.log',
      '--audit-log-maxage=30',
      '--encryption-provider-config=/etc/e.yaml',
    ]);
  });

  it('may name standard output, repeat an option, and switch one off', () => {
    expect(handedOn('--audit-log-path=-', '--service-account-key-file=a', '--service-account-key-file=b', '--no-scheduler')).toEqual([
      '--audit-log-path=-',
      '--service-account-key-file=/home/ann/a',
      '--service-account-key-file=/home/ann/b',
      '--no-scheduler',
    ]);
  });

  it.each([
    [['--audit-log-paht=x'], "Unknown option '--audit-log-paht'"],
    [['--audit-log-maxage=x'], '--audit-log-maxage x: must be a number'],
    [['policy.yaml'], "Unexpected argument 'policy.yaml'"],
    [['--port=1'], "--server-arg=--port: 'skiff up' sets this option: use its own --port"],
  ])('are refused with the option that is wrong: %j', (args, message) => {
    expect(() => handedOn(...args)).toThrow(message);
  });

  it('print the help of the part', () => {
    const log = mock.method(console, 'log', () => {});
    expect(handedOn('--help')).toBeUndefined();
    expect(log.mock.calls.flatMap((call) => call.arguments).join()).toContain('--audit-policy-file FILE');
    log.mock.restore();
  });
});
