import type { LabelSelector } from '../../api/meta/label-selector.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { SelectorError, selectorFrom } from '../../api/selector/selector.ts';
import type { Informer } from './informer.ts';

/** Returns the objects of a namespace whose selectors match these labels. */
export type SelectedBy<T extends KubeObject> = (namespace: string, labels: Readonly<Record<string, string>> | undefined) => readonly Live<T>[];

const INDEX = 'selector';
const NO_LABEL = '';

const NONE: readonly never[] = [];

/** Returns the index value of a selector: the first label that it requires, or one for selectors that require no exact label. */
function placeOf(namespace: string, selector: LabelSelector): string {
  const [first] = Object.keys(selector.matchLabels ?? {}).sort();
  return first === undefined ? `${namespace}\n${NO_LABEL}` : `${namespace}\n${first}=${selector.matchLabels?.[first]}`;
}

/**
 * Declares the index that finds the objects which select a pod, or any labelled object. A look-up costs as much as the labels and the
 * selectors that require one of them, however many other selectors there are. A kind has one such index: the first declaration holds.
 */
export function indexBySelector<T extends KubeObject>(
  informer: Informer<T>,
  selectorOf: (object: Live<T>) => LabelSelector | undefined,
): SelectedBy<T> {
  informer.addIndex(INDEX, (object) => {
    const selector = selectorOf(object);
    const { namespace = '' } = object.metadata;
    return selector ? [namespace, placeOf(namespace, selector)] : NONE;
  });
  return (namespace, labels = {}) => {
    // Asked for every change of every pod: a namespace without selectors costs one look-up.
    if (informer.byIndex(INDEX, namespace).length === 0) return NONE;
    const places = [NO_LABEL, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)];
    return places.flatMap((place) => informer.byIndex(INDEX, `${namespace}\n${place}`).filter((object) => selects(selectorOf(object), labels)));
  };
}

/** Whether a selector matches labels. One that cannot be read matches none: it must not keep other objects from being found. */
function selects(selector: LabelSelector | undefined, labels: Readonly<Record<string, string>>): boolean {
  try {
    return selectorFrom(selector).matches(labels);
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}
