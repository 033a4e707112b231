import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../base/clock.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { Plugin, PluginType } from './plugin-registration.ts';
import { createPluginRegistration } from './plugin-registration.ts';
import type { Registration } from './plugin-server.fixture.ts';
import { PluginFault, registrationMethods, servePlugin } from './plugin-server.fixture.ts';

let root = '';
let seen: string[];
let answers: Registration[];
let server: Server | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'registration-'));
  seen = [];
  answers = [];
});
afterEach(async () => {
  server?.forceShutdown();
  await removeDirectory(root);
});

const socket = () => join(root, 'reg.sock');
const serve = async (type: string, endpoint: string, isTold = true): Promise<void> => {
  const methods = registrationMethods({ type, name: 'n', endpoint, supported_versions: ['1'] }, (answer) => answers.push(answer));
  server = await servePlugin(socket(), methods, (method) => {
    if (!isTold && method === 'NotifyRegistrationStatus') throw new PluginFault('UNAVAILABLE', 'gone');
  });
};
const type = (refusal?: string): PluginType => ({
  validate: ({ name }) => {
    if (refusal === 'validate') throw new Error(`no ${name}`);
  },
  register: async ({ name, endpoint }: Plugin) => {
    if (refusal === 'register') throw new Error(`never ${name}`);
    seen.push(`register ${name} ${endpoint}`);
  },
  deregister: async ({ name, endpoint }) => void seen.push(`deregister ${name} ${endpoint}`),
});
const registration = (refusal?: string) =>
  createPluginRegistration({ typeOf: (name) => (name === 'KnownPlugin' ? Promise.resolve(type(refusal)) : undefined), clock: systemClock });

describe('a plugin', () => {
  it('is registered by its type at its endpoint, or at the socket if it names none, and deregistered once', async () => {
    await serve('KnownPlugin', '');
    const handler = registration();
    await handler.added(socket());
    await handler.removed(socket());
    await handler.removed(socket());
    expect(seen).toEqual([`register n ${socket()}`, `deregister n ${socket()}`]);
    expect(answers).toEqual([{ plugin_registered: true, error: '' }]);
  });

  it.each([
    ['OtherPlugin', undefined, () => `no handler registered for plugin type: OtherPlugin at socket ${socket()}`],
    ['KnownPlugin', 'validate', () => 'plugin validation failed with err: no n'],
    ['KnownPlugin', 'register', () => 'plugin registration failed with err: never n'],
  ])('of type %s that is refused (%s) is told why', async (typeName, refusal, why) => {
    await serve(typeName, '/e.sock');
    const handler = registration(refusal);
    await expect(handler.added(socket())).rejects.toThrow(`RegisterPlugin error -- ${why()}`);
    expect(answers).toEqual([{ plugin_registered: false, error: `RegisterPlugin error -- ${why()}` }]);
    await handler.removed(socket());
    expect(seen).toEqual([]);
  });

  it('that cannot be told that it is registered is not', async () => {
    await serve('KnownPlugin', '/e.sock', false);
    await expect(registration().added(socket())).rejects.toThrow('gone');
    expect(seen).toEqual(['register n /e.sock', 'deregister n /e.sock']);
  });
});
