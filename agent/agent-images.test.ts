import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Kind } from '../api/definition/kind.ts';
import type { Secret } from '../api/kinds/core/secret.ts';
import type { KubeObject, Live, ObjectKey } from '../api/meta/object.ts';
import { createFakeClock } from '../base/fake-clock.ts';
import { silentLogger } from '../base/log.ts';
import { removeDirectory } from '../base/remove-directory.fixture.ts';
import { createMemoryClient } from '../runtime/client/memory-client.fixture.ts';
import { createNodeImages } from './agent-images.ts';
import { aContainer, aPod } from './contract/pods.fixture.ts';
import type { Image } from './contract/runtime.ts';
import { RuntimeError } from './contract/runtime.ts';
import type { ImageVerification } from './image/verification-policy.ts';
import { createSimulatedRuntime } from './simulated/simulated-runtime.ts';

const HOST = 'registry.example.com';
const PRIVATE = `${HOST}/private:1`;
const OPEN = `${HOST}/open:1`;
const LOADED = 'docker.io/library/loaded:1';
/** Passwords by the names of Secrets. */
const PASSWORDS: Readonly<Record<string, string>> = { mine: 'right', copy: 'right', wrong: 'wrong' };

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'skiff-images-'));
});
afterEach(() => removeDirectory(dataDir));

const objects = {
  async get<T extends KubeObject>(_: Kind<T>, { name }: ObjectKey): Promise<Live<T> | undefined> {
    const config = JSON.stringify({ auths: { [HOST]: { username: 'me', password: PASSWORDS[name] } } });
    const metadata = { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
    const secret: Live<Secret> = { metadata, data: { '.dockerconfigjson': Buffer.from(config).toString('base64') } };
    return secret as KubeObject as Live<T>;
  },
};

/** Images of a node by their names; they outlive agents. The registry has two, one of which asks for the password. */
function aNode() {
  const ids = new Map([[LOADED, 'sha256:loaded']]);
  const imageOf = (id: string): Image => {
    const tags = [...ids].filter(([, other]) => other === id).map(([name]) => name);
    return { id, tags, digests: [], sizeBytes: 1, username: '', pinned: false };
  };
  const clock = createFakeClock();
  const runtime = {
    ...createSimulatedRuntime({ clock, podAddress: () => '' }),
    simulated: false,
    images: async () => [...ids.values()].map(imageOf),
    image: async (reference: string) => {
      const id = [...ids.values()].includes(reference) ? reference : ids.get(reference);
      return id === undefined ? undefined : imageOf(id);
    },
    async pullImage(reference: string, auth?: { readonly password?: string }) {
      if (reference === PRIVATE && auth?.password !== 'right') throw new RuntimeError('Unknown', '401 Unauthorized');
      if (reference !== PRIVATE && reference !== OPEN) throw new RuntimeError('NotFound', 'not found');
      ids.set(reference, `sha256:${reference}`);
      return `sha256:${reference}`;
    },
  };
  /** Starts an agent; returns its way to run pods: the message of the last event, or the reason for which the container waits. */
  const start = (imageVerification?: ImageVerification) => {
    const events: string[] = [];
    const recorder = { event: (_o: object, _type: string, _reason: string, message: string) => void events.push(message) };
    const client = createMemoryClient(clock);
    const images = createNodeImages({ dataDir, client, imageVerification, runtime, recorder, clock, log: silentLogger, objects, metrics: undefined });
    let pods = 0;
    const run = async (image: string, imagePullPolicy: string, secret?: string): Promise<string> => {
      const pod = aPod(secret ? { imagePullSecrets: [{ name: secret }] } : {}, { uid: `u${pods++}` });
      const failure = await images.puller.ensure(pod, { reference: image, pullPolicy: imagePullPolicy, container: aContainer('c') }).then(
        () => undefined,
        (error: { readonly reason: string }) => error.reason,
      );
      return failure ?? (events.at(-1)?.includes('already present on machine and can be accessed') ? 'present' : 'pulled');
    };
    return { run, records: images.records };
  };
  return { clock, ids, start };
}

describe('images of a node', () => {
  it('that were pulled with a Secret are for pods with access of their own, also for the next agent', async () => {
    const node = aNode();
    const first = node.start();
    expect(await first.run(PRIVATE, 'IfNotPresent', 'mine')).toBe('pulled');
    for (const { run } of [first, node.start()]) {
      expect(await run(PRIVATE, 'IfNotPresent', 'mine')).toBe('present');
      expect(await run(PRIVATE, 'Never', 'copy')).toBe('present');
      expect(await run(PRIVATE, 'IfNotPresent')).toBe('ErrImagePull');
      expect(await run(PRIVATE, 'IfNotPresent', 'wrong')).toBe('ErrImagePull');
      expect(await run(PRIVATE, 'Never')).toBe('ErrImageNeverPull');
    }
  });

  it('that were pulled without credentials, or not at all, are for all pods', async () => {
    const { run } = aNode().start();
    expect(await run(OPEN, 'IfNotPresent')).toBe('pulled');
    expect(await run(OPEN, 'Never', 'wrong')).toBe('present');
    expect(await run(LOADED, 'IfNotPresent')).toBe('present');
  });

  it('that were pulled with credentials of the node are for all pods', async () => {
    await writeFile(join(dataDir, 'config.json'), JSON.stringify({ auths: { [HOST]: { username: 'node', password: 'right' } } }));
    const { run } = aNode().start();
    expect(await run(PRIVATE, 'IfNotPresent', 'wrong')).toBe('pulled');
    expect(await run(PRIVATE, 'Never')).toBe('present');
  });

  it('are all verified if the node is told so', async () => {
    const node = aNode();
    expect(await node.start({ policy: 'AlwaysVerify', allowlist: [] }).run(LOADED, 'Never')).toBe('ErrImageNeverPull');
    const allowing = node.start({ policy: 'NeverVerifyAllowlistedImages', allowlist: ['docker.io/library/*'] });
    expect(await allowing.run(LOADED, 'Never')).toBe('present');
  });

  it('are pulled and recorded anew after they were removed', async () => {
    const { clock, ids, start } = aNode();
    const { run, records } = start();
    await run(PRIVATE, 'Always', 'mine');
    ids.delete(PRIVATE);
    await clock.advance(2_000);
    await records.prune([...ids.values()], clock.now());
    // Imported by that name, it is for all pods: nothing is known of the pull.
    ids.set(PRIVATE, `sha256:${PRIVATE}`);
    expect(await run(PRIVATE, 'Never')).toBe('present');
    expect(await run(PRIVATE, 'Always', 'mine')).toBe('pulled');
    expect(await run(PRIVATE, 'Never')).toBe('ErrImageNeverPull');
  });
});
