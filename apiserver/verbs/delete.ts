import type { Live } from '../../api/meta/object.ts';
import type { Status } from '../../api/meta/status.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { Call, ObjectResult, Result } from '../contract/call.ts';
import { decodeBody } from '../request/body.ts';
import type { DeleteParameters } from '../request/options.ts';
import { deleteParametersOf } from '../request/options.ts';
import { admissionOf } from './admission.ts';
import { deletionStep } from './deletion.ts';
import { requireItem } from './get.ts';
import { itemResult, objectResult, unstoredResult } from './results.ts';

export async function remove(call: Call): Promise<Result> {
  const options = deleteParametersOf(call.request.query, decodeBody(call.request)?.value);
  return removeObject(call, call.info.namespace, call.info.name, options);
}

/**
 * Deletes one object, or marks it for deletion. Admission is told `admittedName`, which is empty if the request names no object.
 * @throws StatusError NotFound, Conflict, Forbidden.
 */
export async function removeObject(
  call: Call,
  namespace: string,
  name: string,
  options: DeleteParameters,
  admittedName = name,
): Promise<ObjectResult> {
  const { resource, core } = call;
  for (;;) {
    const current = await requireItem(resource, namespace, name);
    call.previous = current;
    checkPreconditions(call, current, options);
    const admission = admissionOf(call, { verb: 'delete', key: { namespace, name: admittedName }, dryRun: options.isDryRun, deletion: options });
    let committed = false;
    try {
      const base = resource.conversion.base(current);
      await admission.admit(undefined, resource.conversion.made(current).object as Live, base);
      await admission.validate(undefined);
      const step = deletionStep(resource.kind, base, options, core.clock.now());
      if (step.do === 'wait') return itemResult(resource, current);
      if (options.isDryRun) return step.do === 'mark' ? unstoredResult(resource, step.object, current, 200) : answer(call, current);
      if (step.do === 'mark') {
        if (resource.storage.same(current, step.object)) return itemResult(resource, current);
        const outcome = await resource.storage.update(current, step.object);
        if (!outcome.ok) continue;
        committed = true;
        return itemResult(resource, outcome.item, options.orphanDependents === false ? 202 : 200);
      }
      const outcome = await resource.storage.delete(current);
      if (!outcome.ok) continue;
      committed = true;
      return answer(call, outcome.item);
    } finally {
      admission.settle(committed);
    }
  }
}

function checkPreconditions({ resource }: Call, current: CacheItem, { preconditions }: DeleteParameters): void {
  if (!preconditions) return;
  const { uid, name } = current.object.metadata;
  // Upstream names the kind here, not the resource.
  const conflict = (why: string) => errors.conflict({ ...resource.name, plural: resource.kind.kind }, name, why);
  if (preconditions.uid && preconditions.uid !== uid) {
    throw conflict(
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (preconditions.resourceVersion && preconditions.resourceVersion !== String(current.revision)) {
    throw conflict(
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${current.revision}). The object might have been modified`,
    );
  }
}

/** The answer to the deletion of an object that is gone. */
function answer({ resource }: Call, item: CacheItem): ObjectResult | Promise<ObjectResult> {
  if (resource.kind.deletion?.returnsObject) return itemResult(resource, item);
  const { name, uid } = item.object.metadata;
  const { group, plural } = resource.kind;
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group === '' ? {} : { group }), kind: plural, uid },
  };
  return objectResult(status);
}
