import { codecOf } from '../../api/definition/codec.ts';
import type { KindDefinition, VersionConverter } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { StatusError } from '../../api/meta/status-error.ts';
import type { WebhookClient } from '../webhook/webhook-client.ts';
import { WebhookCallError } from '../webhook/webhook-client.ts';
import { conversionReview, convertedObjects } from './conversion-review.ts';
import { BadConversion, checkedConversion } from './converted-object.ts';

const TIMEOUT_MS = 30_000;
/** The objects that one review holds at most. */
const MAX_OBJECTS = 500;

/** An object that waits to be converted with others. */
interface Waiting {
  readonly object: KubeObject;
  readonly resolve: (converted: KubeObject) => void;
  readonly reject: (error: unknown) => void;
}

/** The kinds of a definition whose versions a webhook converts. */
export function convertedKinds(crd: CustomResourceDefinition, kinds: readonly KindDefinition[], client: WebhookClient): readonly KindDefinition[] {
  const converter = webhookConverter(crd, kinds, client);
  return kinds.map(({ storedAs: _storedAs, ...kind }) => ({ ...kind, converter }));
}

/**
 * Converts objects by the webhook of a definition. Objects that are asked for in one turn of the event loop, as those of a list are, travel in
 * one review. A converted object is pruned by the schema of its version.
 */
function webhookConverter({ spec }: CustomResourceDefinition, kinds: readonly KindDefinition[], client: WebhookClient): VersionConverter {
  const { group, names, versions, conversion } = spec;
  const { clientConfig = {}, conversionReviewVersions = [] } = conversion?.webhook ?? {};
  const codecs = new Map(kinds.map((kind) => [apiVersionOf(kind), kind]));
  const batches = new Map<string, Waiting[]>();

  /** Returns the object as the schema of its version has it. */
  function fitted(object: KubeObject, withDefaults: boolean): KubeObject {
    const kind = codecs.get(object.apiVersion ?? '');
    if (!kind) return object;
    const codec = codecOf(kind);
    const decoded = codec.decode(object);
    if (!decoded.ok) return object;
    if (withDefaults) codec.applyDefaults(decoded.object);
    return decoded.object;
  }

  async function converted(objects: readonly KubeObject[], apiVersion: string): Promise<readonly unknown[]> {
    const review = conversionReview(conversionReviewVersions, objects, apiVersion);
    if (!review) throw new BadConversion('failed: no supported conversion review versions');
    const answer = await client.post(clientConfig, review.body, { timeoutMs: TIMEOUT_MS, tellsTimeout: false }).catch((error: unknown) => {
      throw error instanceof WebhookCallError ? new BadConversion(`failed: ${error.message}`) : error;
    });
    const result = convertedObjects(answer, review);
    if (!result.ok) throw new BadConversion(`failed: ${result.why}`);
    if (result.objects.length !== objects.length) throw new BadConversion(`returned ${result.objects.length} objects, expected ${objects.length}`);
    return result.objects;
  }

  async function flush(apiVersion: string): Promise<void> {
    const waiting = batches.get(apiVersion) ?? [];
    batches.delete(apiVersion);
    for (let start = 0; start < waiting.length; start += MAX_OBJECTS) await convertTogether(waiting.slice(start, start + MAX_OBJECTS), apiVersion);
  }

  async function convertTogether(waiting: readonly Waiting[], apiVersion: string): Promise<void> {
    try {
      const objects = await converted(
        waiting.map(({ object }) => object),
        apiVersion,
      );
      waiting.forEach(({ object, resolve, reject }, i) => {
        try {
          resolve(fitted(checkedConversion(object, objects[i], apiVersion), false));
        } catch (error) {
          reject(told(error, object));
        }
      });
    } catch (error) {
      for (const { object, reject } of waiting) reject(told(error, object));
    }
  }

  /** Upstream's error, which has no reason. */
  const told = (error: unknown, { apiVersion }: KubeObject): unknown =>
    error instanceof BadConversion
      ? new StatusError('', `conversion webhook for ${apiVersion}, Kind=${names.kind} ${error.message}`, undefined, 500)
      : error;

  return {
    id: JSON.stringify(versions.map(({ name, schema }) => [name, schema])),
    storedAs: `${group}/${versions.find(({ storage }) => storage)?.name}`,
    read: (object) => fitted(object, true),
    convert(object, apiVersion) {
      if (object.apiVersion === apiVersion) return object;
      return new Promise((resolve, reject) => {
        const batch = batches.get(apiVersion);
        if (batch) batch.push({ object, resolve, reject });
        else {
          batches.set(apiVersion, [{ object, resolve, reject }]);
          queueMicrotask(() => void flush(apiVersion));
        }
      });
    },
  };
}
