import { conceptQuotas } from '../../api/concepts/resource-quota.ts';
import { conceptServices } from '../../api/concepts/service.ts';
import { conceptDeployments, conceptReplicaSets, conceptReplicationControllers } from '../../api/concepts/workloads.ts';
import { cannotBeHandled, codecOf } from '../../api/definition/codec.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import { isKind } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { StatusError } from '../../api/meta/status-error.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { validateObjectMeta } from '../../api/validation/object-meta.ts';
import { semanticallyEqual } from '../_shared/equality.ts';
import type { AdmissionRequest, Decision } from './review.ts';
import { ALLOWED } from './review.ts';

const concepts: readonly KindDefinition[] = [conceptDeployments, conceptReplicaSets, conceptReplicationControllers, conceptServices, conceptQuotas];

/**
 * Validates objects of skiff.dev by the rules of the built-in kinds, beyond what their CustomResourceDefinitions can say.
 *
 * An update that leaves the spec alone, and any of a terminating object, is let through: an object that was stored before these rules must be
 * able to end.
 */
export function validateConcept(request: AdmissionRequest): Decision {
  const kind = concepts.find((concept) => isKind(request, concept));
  if (!kind || !request.object) return ALLOWED;
  if (request.object.metadata?.deletionTimestamp !== undefined) return ALLOWED;
  const object = read(kind, request.object);
  if (!object.ok) return { allowed: false, error: object.error };
  const old = request.old && read(kind, request.old);
  const before = old?.ok ? liveOf(old.object) : undefined;
  if (request.operation === 'UPDATE' && before && semanticallyEqual(Reflect.get(object.object, 'spec'), Reflect.get(before, 'spec'))) return ALLOWED;
  const faults = before && request.operation === 'UPDATE' ? faultsOfUpdate(kind, object.object, before) : faultsOfNew(kind, object.object);
  if (faults.length > 0) return { allowed: false, error: errors.invalid(kind, request.name, faults) };
  return { allowed: true, warnings: kind.strategy.warnings?.(object.object, before) ?? [] };
}

type Read = { readonly ok: true; readonly object: KubeObject } | { readonly ok: false; readonly error: StatusError };

/** Decodes an object and gives it the defaults that the built-in kind has, those too that no schema can say. */
function read(kind: KindDefinition, value: KubeObject): Read {
  const codec = codecOf(kind);
  const decoded = codec.decode(value);
  if (!decoded.ok) return { ok: false, error: cannotBeHandled(kind, decoded.message) };
  codec.applyDefaults(decoded.object);
  kind.strategy.default?.(decoded.object);
  return decoded;
}

/** Returns a stored object as such. An API server sends it whole. */
const liveOf = (object: KubeObject): Live => ({
  ...object,
  metadata: { name: '', uid: '', resourceVersion: '', creationTimestamp: '', ...object.metadata },
});

function faultsOfNew(kind: KindDefinition, object: KubeObject): FieldError[] {
  const { strategy } = kind;
  strategy.prepareForCreate?.(object);
  const metadata = validateObjectMeta(object.metadata, {
    namespaced: true,
    validateName: strategy.validateName,
    checks: { ...strategy.metadataChecks, anyFinalizer: true },
  });
  return [...metadata, ...(strategy.validate?.(object) ?? [])];
}

function faultsOfUpdate({ strategy }: KindDefinition, object: KubeObject, old: Live): FieldError[] {
  strategy.prepareForUpdate?.(object, old);
  return strategy.validateUpdate?.(object, old) ?? [];
}
