import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createAgentMetrics } from '../node/agent-metrics.ts';
import { plainSettings } from './agent-settings.fixture.ts';
import { createNodeServer } from './node-server.ts';
import type { PodLookup, ServerNode } from './server-node.ts';
import { fixedCertificate } from './serving-certificate.ts';

describe("the node's server", () => {
  it('ends at once, also where a client has connected and says nothing', async () => {
    // No request comes as far as these.
    const parts = { node: {} as ServerNode, pods: {} as PodLookup, metrics: createAgentMetrics('n1'), settings: plainSettings() };
    const server = createNodeServer({
      ...parts,
      tls: { serving: fixedCertificate({ key: '', cert: '' }), clientCa: '' },
      door: async () => ({ code: 401, text: '' }),
    });
    const client = connect(await server.listen(0, '127.0.0.1'), '127.0.0.1');
    await once(client, 'connect');
    const closed = once(client.resume(), 'close');
    await server.close();
    expect(await closed).toEqual([false]);
  });
});
