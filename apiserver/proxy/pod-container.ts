import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { errors } from '../../api/meta/status-error.ts';

/**
 * Chooses the container that a request is about: the one it names, or the only one there is.
 * @throws StatusError 400 if there is no such container, or several to choose from.
 */
export function chosenContainer(pod: Pod, podName: string, asked: string | null): string {
  const containers = (pod.spec?.containers ?? []).map(({ name }) => name);
  const init = (pod.spec?.initContainers ?? []).map(({ name }) => name);
  const ephemeral = (pod.spec?.ephemeralContainers ?? []).map(({ name }) => name);
  if (asked) {
    if ([...containers, ...init, ...ephemeral].includes(asked)) return asked;
    throw errors.badRequest(`container ${asked} is not valid for pod ${podName}`);
  }
  const [only] = containers;
  if (containers.length === 1 && only !== undefined) return only;
  let choice = `a container name must be specified for pod ${podName}, choose one of: [${containers.join(' ')}]`;
  if (init.length > 0) choice += ` or one of the init containers: [${init.join(' ')}]`;
  if (ephemeral.length > 0) choice += ` or one of the ephemeral containers: [${ephemeral.join(' ')}]`;
  throw errors.badRequest(choice);
}
