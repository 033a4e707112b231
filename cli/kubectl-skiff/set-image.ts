import type { JsonPatchOperation } from '../../runtime/client/client.ts';
import type { Session } from './session.ts';
import { targetsOf } from './session.ts';
import type { Target } from './workload.ts';
import { nameOf } from './workload.ts';

/**
 * Sets images of containers: `TYPE/NAME… CONTAINER=IMAGE…`, where `*` stands for every container.
 * @throws Error in kubectl's words, for arguments that do not fit or a container that is not there
 */
export async function setImage(session: Session, args: readonly string[]): Promise<void> {
  const images = new Map<string, string>();
  for (const arg of args.filter((each) => each.includes('='))) {
    const [name = '', ...image] = arg.split('=');
    if (name === '' || image.join('=') === '') throw new Error(`invalid image format: ${arg}`);
    images.set(name, image.join('='));
  }
  const resources = args.filter((each) => !each.includes('='));
  if (resources.length === 0) throw new Error('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  if (images.size === 0) throw new Error('at least one image update is required');
  if (images.size > 1 && images.has('*'))
    throw new Error('all containers are already specified by *, but saw more than one container_name=container_image pairs');
  for (const target of await targetsOf(session, resources)) await setImagesOf(session, target, images);
}

async function setImagesOf({ client, namespace, print }: Session, { kind, object }: Target, images: ReadonlyMap<string, string>): Promise<void> {
  const isPod = kind.kind === 'Pod';
  const spec = isPod ? object.spec : object.spec?.template?.spec;
  const root = isPod ? '/spec' : '/spec/template/spec';
  const operations: JsonPatchOperation[] = [];
  const found = new Set<string>();
  for (const list of ['initContainers', 'containers'] as const) {
    spec?.[list]?.forEach(({ name, image }, index) => {
      for (const [wanted, next] of images) {
        if (wanted !== name && wanted !== '*') continue;
        found.add(wanted);
        // The test keeps the change from another container, if the list has changed meanwhile.
        if (image !== next)
          operations.push(
            { op: 'test', path: `${root}/${list}/${index}/name`, value: name },
            { op: image === undefined ? 'add' : 'replace', path: `${root}/${list}/${index}/image`, value: next },
          );
      }
    });
  }
  const missing = [...images.keys()].filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(missing.map((name) => `unable to find container named "${name}"`).join('\nerror: '));
  if (operations.length === 0) return;
  const name = object.metadata.name ?? '';
  await client.patch(kind, { namespace, name }, { type: 'json', operations }, { fieldManager: 'kubectl-set' });
  print(`${nameOf(kind, name)} image updated\n`);
}
