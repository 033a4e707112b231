import { codecOf } from '../../../api/definition/codec.ts';
import type { KindDefinition } from '../../../api/definition/kind.ts';
import { apiVersionOf, objectTypeOf } from '../../../api/definition/kind.ts';
import type { KubeObject } from '../../../api/meta/object.ts';
import { errors } from '../../../api/meta/status-error.ts';
import { semanticEqual } from '../../../base/equality.ts';
import { isObject } from '../../../base/json.ts';
import type { AdmissionAttributes } from '../../contract/admission.ts';
import { applyJsonPatch, JsonPatchRefusal } from '../../patch/json-patch.ts';
import { OPERATIONS } from '../matching/rules.ts';
import type { Verdict } from './admission-review.ts';
import type { ConfiguredWebhook } from './configured-webhook.ts';
import type { CallOutcome } from './webhook-call.ts';
import { callingFailed, callWebhook, failure, requestTimedOut } from './webhook-call.ts';
import { isConcerned } from './webhook-concern.ts';
import type { WebhookContext } from './webhook-context.ts';
import type { Candidate } from './webhook-index.ts';

const TYPE = 'admit';
const PATCH = 'patch.webhook.admission.k8s.io/';
const MUTATION = 'mutation.webhook.admission.k8s.io/';
const FAILED_OPEN = `failed-open.${MUTATION}`;

/** The state of reinvocation of one write, from its first pass to its second (mutating/reinvocationcontext.go). */
interface Reinvocation {
  /** The webhooks with the reinvocation policy IfNeeded that have been called since the last change. */
  invoked: Set<string>;
  /** Those that the second pass calls. */
  readonly due: Set<string>;
  /** The object as the first pass left it; kept only if a webhook may be called again. */
  output: string | undefined;
}

const reinvocations = new WeakMap<AdmissionAttributes, Reinvocation>();

function requireReinvocation(state: Reinvocation): void {
  for (const id of state.invoked) state.due.add(id);
  state.invoked = new Set();
}

/**
 * Calls the mutating webhooks one by one, each with the object as the ones before left it. In the second pass those are called again that
 * want it and whose object has changed since; none is called for the first time.
 * @throws StatusError if one refuses, or cannot be called and does not fail open.
 */
export async function mutate(context: WebhookContext, attributes: AdmissionAttributes, candidates: readonly Candidate[]): Promise<void> {
  const { isReinvocation } = attributes;
  const state = reinvocations.get(attributes) ?? { invoked: new Set(), due: new Set(), output: undefined };
  reinvocations.set(attributes, state);
  if (isReinvocation && state.invoked.size > 0 && state.output !== JSON.stringify(attributes.object)) requireReinvocation(state);
  for (const candidate of candidates) {
    const { webhook } = candidate;
    if (!(await isConcerned(context, attributes, candidate, TYPE))) continue;
    if (isReinvocation && !state.due.has(webhook.id)) continue;
    const isChanged = await invoke(context, attributes, candidate);
    if (isChanged) {
      requireReinvocation(state);
      attributes.reinvoke();
    }
    if (webhook.isReinvoked) state.invoked.add(webhook.id);
  }
  if (state.invoked.size > 0) state.output = JSON.stringify(attributes.object);
}

/** Calls one webhook and applies its patch; returns whether that changed the object. */
async function invoke(context: WebhookContext, attributes: AdmissionAttributes, candidate: Candidate): Promise<boolean> {
  const { metrics, clock, log } = context;
  const { webhook } = candidate;
  const { name, position, configuration, failsOpen } = webhook;
  const place = `round_${attributes.isReinvocation ? 1 : 0}_index_${position}`;
  const started = clock.monotonic();
  const call = { name, type: TYPE, operation: OPERATIONS[attributes.verb] } as const;
  const seconds = () => (clock.monotonic() - started) / 1000;
  let isChanged = false;
  let outcome: CallOutcome;
  try {
    const form = await attributes.inVersion(candidate.kind);
    outcome = await callWebhook(context, webhook, attributes, form, true);
    if (outcome.outcome === 'allowed' && outcome.verdict.patch !== '') {
      const patched = patchedObject(outcome.verdict, form.object, candidate.kind, attributes, webhook);
      if ('outcome' in patched) outcome = patched;
      else if (patched.object) {
        isChanged = !semanticEqual(form.object, patched.object);
        attributes.annotate(
          `${PATCH}${place}`,
          JSON.stringify({ configuration, webhook: name, patch: patched.patch, patchType: 'JSONPatch' }),
          'Request',
        );
        await attributes.replace(patched.object, candidate.kind);
      }
    }
  } catch (error) {
    metrics.called({ ...call, code: 0, seconds: seconds(), rejection: 'apiserver_internal_error' });
    throw error;
  } finally {
    attributes.annotate(`${MUTATION}${place}`, JSON.stringify({ configuration, webhook: name, mutated: isChanged }));
  }
  switch (outcome.outcome) {
    case 'allowed':
      metrics.called({ ...call, code: 200, seconds: seconds(), rejection: undefined });
      return isChanged;
    case 'denied':
      metrics.called({ ...call, code: outcome.error.code, seconds: seconds(), rejection: 'no_error' });
      throw outcome.error;
    case 'failed': {
      const { code, why, isCancelled } = outcome;
      metrics.called({ ...call, code, seconds: seconds(), rejection: failsOpen || isCancelled ? undefined : 'calling_webhook_error' });
      if (!failsOpen) {
        log.warn({ webhook: name, configuration, why }, 'a mutating webhook could not be called: the request is refused');
        throw callingFailed(name, why);
      }
      if (isCancelled || attributes.signal.aborted) throw requestTimedOut();
      log.warn({ webhook: name, configuration, why }, 'a mutating webhook could not be called: the request goes on without it');
      metrics.failedOpen(name, TYPE);
      attributes.annotate(`${FAILED_OPEN}${place}`, name);
      return false;
    }
  }
}

type Patched = CallOutcome | { readonly object: KubeObject | undefined; readonly patch: unknown };

/** Applies the patch of an answer to the object that the webhook was shown. @throws StatusError 500 if it cannot be applied. */
function patchedObject(
  { patch: text, patchType }: Verdict,
  shown: KubeObject | undefined,
  kind: KindDefinition,
  { subresource }: AdmissionAttributes,
  { name }: ConfiguredWebhook,
): Patched {
  let patch: unknown;
  try {
    patch = JSON.parse(Buffer.from(text, 'base64').toString());
  } catch (error) {
    return failure(`received undecodable patch in webhook response: ${error instanceof Error ? error.message : error}`);
  }
  if (!Array.isArray(patch)) {
    return failure('received undecodable patch in webhook response: json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  }
  if (patch.length === 0) return { object: undefined, patch };
  if (!shown)
    throw errors.internal(`admission webhook ${JSON.stringify(name)} attempted to modify the object, which is not supported for this operation`);
  if (patchType !== 'JSONPatch') return failure(`unsupported patch type ${JSON.stringify(patchType)}`);
  return { object: decoded(applied(shown, patch), kind, subresource), patch };
}

function applied(object: KubeObject, patch: readonly unknown[]): unknown {
  try {
    return applyJsonPatch(object, patch);
  } catch (error) {
    if (error instanceof JsonPatchRefusal) throw errors.internal(error.why);
    throw errors.internal(error instanceof Error ? error.message : String(error));
  }
}

/** Decodes and defaults a patched object. The objects of subresources with a type of their own are taken as they are. */
function decoded(value: unknown, kind: KindDefinition, subresource: string): KubeObject {
  const type = objectTypeOf(kind, subresource);
  if (!isObject(value)) throw errors.internal("couldn't get version/kind; json parse error: the patched object is no object");
  const { apiVersion, kind: givenKind } = value;
  if (apiVersion !== apiVersionOf(type) || givenKind !== type.kind) {
    throw errors.internal(`no kind ${JSON.stringify(givenKind ?? '')} is registered for version ${JSON.stringify(apiVersion ?? '')}`);
  }
  if (type.kind !== kind.kind) return value;
  const codec = codecOf(kind);
  const result = codec.decode(value);
  if (!result.ok) throw errors.internal(result.message);
  codec.applyDefaults(result.object);
  kind.strategy.default?.(result.object);
  return result.object;
}
