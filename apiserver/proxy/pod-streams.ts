import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import type { ApiResponse } from '../contract/request.ts';
import type { SubresourceHandler, SubresourceRequest } from '../contract/subresource.ts';
import { textResponse } from '../encode/plain-response.ts';
import { isTrue } from '../request/request-info.ts';
import { attachOptions, execOptions, portForwardOptions } from './connect-options.ts';
import { send, streamed, textOf, tunnel, wantsUpgrade } from './forward.ts';
import type { KubeletConnection } from './kubelet-connection.ts';
import { agentLogQuery } from './log-query.ts';
import { isLogProtocol, isWebSocket, logSocket } from './log-socket.ts';
import { chosenContainer } from './pod-container.ts';

function podOf({ storage, key }: SubresourceRequest): Live<Pod> {
  const pod = storage.get(pods, key);
  if (!pod) throw errors.notFound(pods, key.name);
  return pod;
}

/** A node agent's refusal as a Status with its code and words (registry/generic/rest, GenericHttpResponseChecker). */
async function refusal(incoming: IncomingMessage, name: string): Promise<StatusError> {
  const text = await textOf(incoming);
  const code = incoming.statusCode ?? 500;
  if (code === 500) return errors.internal(text);
  if (code === 400) return errors.badRequest(text);
  if (code === 404)
    return new StatusError('NotFound', `the server could not find the requested resource ( pods/log ${name})`, { name, kind: 'pods/log' });
  return new StatusError(
    code === 401 ? 'Unauthorized' : code === 403 ? 'Forbidden' : '',
    text || `unknown (pods ${name})`,
    { name, kind: 'pods' },
    code,
  );
}

const refuse =
  (name: string) =>
  async (incoming: IncomingMessage): Promise<ApiResponse> => {
    throw await refusal(incoming, name);
  };

/** Serves GET pods/NAME/log: the agent's bytes as they come. A pod without a node has an empty log. */
function logHandler(kubelet: KubeletConnection): SubresourceHandler {
  return {
    group: '',
    plural: 'pods',
    subresource: 'log',
    verbs: ['get'],
    async handle(request) {
      const { key, request: http } = request;
      const query = agentLogQuery(http.query);
      const pod = podOf(request);
      const container = chosenContainer(pod, key.name, http.query.get('container'));
      const node = pod.spec?.nodeName;
      const socket = isWebSocket(http);
      if (socket && !isLogProtocol(http)) throw errors.badRequest('unable to upgrade websocket connection: no supported protocol');
      if (!node) return socket ? logSocket(http, Readable.from([])) : textResponse(200, '');
      const path = `/containerLogs/${key.namespace}/${key.name}/${container}?${query}`;
      const incoming = await send(http, kubelet.target(request.storage, node, path));
      if (incoming.statusCode !== 200) throw await refusal(incoming, key.name);
      if (socket) return logSocket(http, incoming);
      return { ...streamed(incoming), headers: { 'content-type': 'text/plain' } };
    },
  };
}

/** The streams that the client wants, in the agent's query; standard output and error by default. */
function streamQuery(query: URLSearchParams): URLSearchParams {
  const passed = new URLSearchParams();
  const tty = isTrue(query.get('tty'));
  const wanted = (name: string, unsaid: boolean) => (query.has(name) ? isTrue(query.get(name)) : unsaid);
  if (wanted('stdin', false)) passed.set('input', '1');
  if (wanted('stdout', true)) passed.set('output', '1');
  // A terminal has one stream for both.
  if (wanted('stderr', true) && !tty) passed.set('error', '1');
  if (tty) passed.set('tty', '1');
  for (const argument of query.getAll('command')) passed.append('command', argument);
  return passed;
}

/** Returns the agent's path of a stream. @throws StatusError 400 */
type PathOf = (request: SubresourceRequest, pod: Live<Pod>) => string;

type OptionsOf = (request: SubresourceRequest) => KubeObject;

function upgradeHandler(kubelet: KubeletConnection, subresource: string, optionsOf: OptionsOf, pathOf: PathOf): SubresourceHandler {
  return {
    group: '',
    plural: 'pods',
    subresource,
    verbs: ['create', 'get'],
    async handle(request) {
      const { key, request: http } = request;
      const pod = podOf(request);
      const path = pathOf(request, pod);
      await request.admit({ verb: 'connect', object: optionsOf(request), old: undefined });
      const node = pod.spec?.nodeName;
      if (!node) throw errors.badRequest(`pod ${key.name} does not have a host assigned`);
      if (!wantsUpgrade(http)) throw errors.badRequest('Upgrade request required');
      return tunnel(http, kubelet.target(request.storage, node, path), refuse(key.name));
    },
  };
}

/** Serves pods/log, exec, attach and portforward: each goes on to the agent of the pod's node. */
export function podStreams(kubelet: KubeletConnection): readonly SubresourceHandler[] {
  const containerPath = (verb: string, { key, request }: SubresourceRequest, pod: Live<Pod>) => {
    const container = chosenContainer(pod, key.name, request.query.get('container'));
    return `/${verb}/${key.namespace}/${key.name}/${container}?${streamQuery(request.query)}`;
  };
  return [
    logHandler(kubelet),
    upgradeHandler(kubelet, 'exec', execOptions, (request, pod) => {
      const path = containerPath('exec', request, pod);
      if (pod.spec?.nodeName && !request.request.query.getAll('command').some((argument) => argument !== '')) {
        throw errors.badRequest('you must specify at least one command for the container');
      }
      return path;
    }),
    upgradeHandler(kubelet, 'attach', attachOptions, (request, pod) => containerPath('attach', request, pod)),
    upgradeHandler(kubelet, 'portforward', portForwardOptions, ({ key, request }) => {
      const ports = new URLSearchParams(
        request.query.getAll('ports').flatMap((list) => list.split(',').map((port): [string, string] => ['port', port])),
      );
      return `/portForward/${key.namespace}/${key.name}${ports.size > 0 ? `?${ports}` : ''}`;
    }),
  ];
}
