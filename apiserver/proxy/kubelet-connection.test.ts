import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import type { KubeletTls } from './kubelet-connection.ts';
import { kubeletConnection } from './kubelet-connection.ts';

describe('the connection to node agents', () => {
  it('is made with the certificate that is current', () => {
    const node: Live<Node> = {
      metadata: { name: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
      status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] },
    };
    const objects = { get: () => node } as unknown as StorageAccess;
    const tls: KubeletTls = { certificate: 'first', key: 'k1', ca: 'ca' };
    const connection = kubeletConnection(tls);
    const agentOptions = () => {
      const { agent } = connection.target(objects, 'n', '/pods');
      return agent && typeof agent === 'object' && 'options' in agent ? agent.options : undefined;
    };
    const first = agentOptions();
    expect(first).toMatchObject({ cert: 'first', key: 'k1' });
    expect(agentOptions()).toBe(first);
    expect(first).toMatchObject({ ca: 'ca' });
    Object.assign(tls, { certificate: 'second', key: 'k2' });
    expect(agentOptions()).toMatchObject({ cert: 'second', key: 'k2' });
    // No authority is named: the agent's certificate is not checked.
    Object.assign(tls, { certificate: 'third', ca: undefined });
    expect(agentOptions()).toMatchObject({ cert: 'third', rejectUnauthorized: false });
  });
});
