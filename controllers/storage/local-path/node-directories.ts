import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { KubeObject } from '../../../api/meta/object.ts';
import { hasReason, isNotFound } from '../../../api/meta/status-error.ts';
import { settledWithin } from '../../../base/abort.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Client } from '../../../runtime/client/client.ts';

/** The directories of volumes on nodes, which the nodes' agents make and delete. Both may be repeated. */
export interface NodeDirectories {
  /** Resolves with the path. @throws Error with the agent's reason, or since the node does not answer */
  make(node: string, volume: string): Promise<string>;
  /** @throws Error with the agent's reason, or since the node does not answer */
  delete(node: string, volume: string): Promise<void>;
}

interface DirectoryAnswer extends KubeObject {
  readonly path?: string;
}

const DEADLINE_MS = 30_000;

/** Asks the agents through the API server's proxy of nodes: whoever runs the controllers needs no way to the nodes of their own. */
export function nodeDirectories(client: Client, nodes: Kind<Node>, clock: Clock): NodeDirectories {
  async function ask(node: string, path: string): Promise<DirectoryAnswer> {
    const answer = client.createSubresource<DirectoryAnswer>(nodes, { namespace: '', name: node }, `proxy/localVolumes/${path}`, {});
    if (!(await settledWithin(clock, DEADLINE_MS, answer)))
      throw new Error(`node ${JSON.stringify(node)} did not answer within ${DEADLINE_MS / 1000}s`);
    try {
      return await answer;
    } catch (error) {
      if (isNotFound(error) || hasReason(error, 'MethodNotAllowed')) {
        throw new Error(`node ${JSON.stringify(node)} has no local volumes: its agent must be skiff's`);
      }
      throw error;
    }
  }
  return {
    async make(node, volume) {
      const { path } = await ask(node, volume);
      if (!path) throw new Error(`node ${JSON.stringify(node)} named no path for volume ${volume}`);
      return path;
    },
    async delete(node, volume) {
      await ask(node, `${volume}/remove`);
    },
  };
}
