import { randomUUID } from 'node:crypto';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { isObject } from '../../base/json.ts';

const GROUP = 'apiextensions.k8s.io';

/** A review that is posted to a conversion webhook. */
export interface ConversionReview {
  readonly uid: string;
  readonly version: 'v1' | 'v1beta1';
  readonly body: object;
}

const isKnown = (version: string): version is ConversionReview['version'] => version === 'v1' || version === 'v1beta1';

/** Makes the review that asks for the objects in a version; undefined if none of the versions that the webhook understands is known. */
export function conversionReview(
  understood: readonly string[],
  objects: readonly KubeObject[],
  desiredAPIVersion: string,
): ConversionReview | undefined {
  const version = understood.find(isKnown);
  if (version === undefined) return undefined;
  const uid = randomUUID();
  return { uid, version, body: { kind: 'ConversionReview', apiVersion: `${GROUP}/${version}`, request: { uid, desiredAPIVersion, objects } } };
}

export type ConvertedObjects = { readonly ok: true; readonly objects: readonly unknown[] } | { readonly ok: false; readonly why: string };

/** Reads the objects of an answer as upstream's getConvertedObjectsFromResponse does; answers in v1beta1 need no type and no uid. */
export function convertedObjects(answer: unknown, { uid, version }: ConversionReview): ConvertedObjects {
  const wrong = (why: string): ConvertedObjects => ({ ok: false, why });
  const { apiVersion = '', kind = '', response } = isObject(answer) ? answer : {};
  if (version === 'v1') {
    const expected = `${apiVersionOf({ group: GROUP, version })}, Kind=ConversionReview`;
    const got = `${apiVersion === '' ? '/' : apiVersion}, Kind=${kind}`;
    if (got !== expected) return wrong(`expected webhook response of ${expected}, got ${got}`);
  }
  if (!isObject(response)) return wrong('no response provided');
  const given = response.uid ?? '';
  if (version === 'v1' && given !== uid) return wrong(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(given)}`);
  const result = isObject(response.result) ? response.result : {};
  if (result.status !== 'Success') {
    const { message } = result;
    return wrong(typeof message === 'string' && message !== '' ? message : `response.result.status was '${result.status ?? ''}', not 'Success'`);
  }
  return { ok: true, objects: Array.isArray(response.convertedObjects) ? response.convertedObjects : [] };
}
