import { markAs } from '../../../base/json/long-values.ts';
import { own, setOwn } from '../../../base/json.ts';
import type { Steps } from '../../../base/steps.ts';
import { defaultColumns } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { roundAmounts } from '../../pod/container/container-defaults.ts';
import { isOvercommitAllowed } from '../../pod/resources/resource-names.ts';
import { checkContainerResourceName, checkResourceName } from '../../pod/resources/resource-quantity-validation.ts';
import { defaultLater } from '../../schema/default-later.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, duplicate, forbidden, invalid, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, ref, resourceList, string, struct, topLevel } from '../../schema/fields.ts';
import { compareQuantities, milliValueOfQuantity } from '../../schema/quantity.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, entryText, indexPath, keyPath, pathText, rootPath } from '../../validation/field-path.ts';
import { addFaults } from '../../validation/field-rules.ts';
import { qualifiedNameFaults } from '../../validation/name-rules.ts';

export const LimitRangeItem = struct('LimitRangeItem', 'Limits for one type of object.', {
  default: resourceList('Limits for containers that name none.').tag(4).optional(),
  defaultRequest: resourceList('Requests for containers that name none.').tag(5).optional(),
  max: resourceList('Most that may be asked for.').tag(2).optional(),
  maxLimitRequestRatio: resourceList('How many times the request a limit may be.').tag(6).optional(),
  min: resourceList('Least that may be asked for.').tag(3).optional(),
  type: string('Container, Pod or PersistentVolumeClaim.', { goType: 'LimitType' }).tag(1),
});
export type LimitRangeItem = Infer<typeof LimitRangeItem>;

export const LimitRangeSpec = struct('LimitRangeSpec', 'The limits of a namespace.', {
  limits: atomicList(LimitRangeItem, 'Limits, by type of object.', { presence: 'null' }).tag(1),
});
export type LimitRangeSpec = Infer<typeof LimitRangeSpec>;

export const LimitRange = topLevel('LimitRange', 'Least, most and default resources in a namespace.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(LimitRangeSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
});
export type LimitRange = Infer<typeof LimitRange>;

const LIMITS = childPath(rootPath('spec'), 'limits');
const TYPES: readonly string[] = ['Pod', 'Container', 'PersistentVolumeClaim'];
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

type Amounts = Record<string, string>;

/** Fills in a container's omitted limits from one another: limit ← max, request ← limit, request ← min. */
function* containerDefaults(item: LimitRangeItem): Steps<void> {
  item.default = yield* filled(item.default, item.max);
  item.defaultRequest = yield* filled(yield* filled(item.defaultRequest, item.default), item.min);
  for (const list of ['default', 'defaultRequest'] as const) if (item[list] === undefined) delete item[list];
}

/** Amounts that are filled in in one step. */
const STEP_COUNT = 1_000;

/** Fills in the amounts that are not given, in place; returns undefined if there are none then. */
function* filled(amounts: Amounts | undefined, others: Readonly<Amounts> | undefined): Steps<Amounts | undefined> {
  let out = amounts;
  let count = 0;
  for (const name in others) {
    out ??= markAs({}, others);
    if (!Object.hasOwn(out, name)) setOwn(out, name, others[name]);
    if (++count % STEP_COUNT === 0) yield;
  }
  for (const _ in out) return out;
  return undefined;
}

function validate(range: LimitRange): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  range.spec?.limits?.forEach((item, i) => {
    const at = indexPath(LIMITS, i);
    const type = item.type ?? '';
    checkType(errors, type, at);
    if (types.has(type)) errors.push(duplicate(pathText(at, 'type'), type));
    types.add(type);
    checkItem(errors, item, at);
  });
  return errors;
}

function checkType(errors: FieldError[], type: string, path: FieldPath): void {
  const faults = qualifiedNameFaults(type);
  addFaults(errors, faults, type, path, 'type');
  if (faults.length === 0 && !type.includes('/') && !TYPES.includes(type)) {
    errors.push(invalid(pathText(path, 'type'), type, 'must be a standard limit type or fully qualified'));
  }
}

function checkItem(errors: FieldError[], item: LimitRangeItem, path: FieldPath): void {
  const ofPods = item.type === 'Pod';
  const lists: readonly (typeof LISTS)[number][] = ofPods ? LISTS.filter((list) => list !== 'default' && list !== 'defaultRequest') : LISTS;
  for (const list of LISTS) {
    const amounts = item[list] ?? {};
    if (!lists.includes(list)) {
      if (Object.keys(amounts).length > 0) errors.push(forbidden(pathText(path, list), "may not be specified when `type` is 'Pod'"));
      continue;
    }
    checkEach(Object.keys(amounts), (name) => {
      const at = keyPath(childPath(path, list), name);
      if (ofPods || item.type === 'Container') checkContainerResourceName(errors, name, at);
      else checkResourceName(errors, name, at);
    });
  }
  if (item.type === 'PersistentVolumeClaim' && item.min?.storage === undefined && item.max?.storage === undefined) {
    errors.push(required(pathText(path, 'limits'), 'either minimum or maximum storage value is required, but neither was provided'));
  }
  const compared = ofPods ? { ...item, default: {}, defaultRequest: {} } : item;
  lists.forEach((list, i) => {
    const isNew = (name: string) => !lists.slice(0, i).some((other) => own(item[other], name) !== undefined);
    checkEach(Object.keys(item[list] ?? {}), (name) => {
      if (isNew(name)) checkOrder(errors, name, compared, path);
    });
  });
}

/** Checks min ≤ defaultRequest ≤ default ≤ max, for each pair that is given. */
function checkOrder(errors: FieldError[], name: string, item: LimitRangeItem, path: FieldPath): void {
  const of = (amounts: Amounts | undefined) => own(amounts, name);
  const min = of(item.min);
  const max = of(item.max);
  const limit = of(item.default);
  const request = of(item.defaultRequest);
  const rule = (low: string | undefined, high: string | undefined, list: string, shown: string | undefined, words: readonly [string, string]) => {
    if (low === undefined || high === undefined || compareQuantities(low, high) <= 0) return;
    errors.push(invalid(entryText(path, list, name), shown, `${words[0]} value ${low} is greater than ${words[1]} value ${high}`));
  };
  rule(min, max, 'min', min, ['min', 'max']);
  rule(min, request, 'defaultRequest', request, ['min', 'default request']);
  rule(request, max, 'defaultRequest', request, ['default request', 'max']);
  rule(request, limit, 'defaultRequest', request, ['default request', 'default limit']);
  rule(min, limit, 'default', min, ['min', 'default']);
  rule(limit, max, 'default', max, ['default', 'max']);
  const ratio = of(item.maxLimitRequestRatio);
  if (ratio !== undefined) checkRatio(errors, ratio, min, max, entryText(path, 'maxLimitRequestRatio', name));
  if (limit !== undefined && request !== undefined && !isOvercommitAllowed(name) && compareQuantities(limit, request) !== 0) {
    const why = `default value ${limit} must equal to defaultRequest value ${request} in ${name}`;
    errors.push(invalid(entryText(path, 'defaultRequest', name), request, why));
  }
}

function checkRatio(errors: FieldError[], ratio: string, min: string | undefined, max: string | undefined, field: string): void {
  if (compareQuantities(ratio, '1') < 0) errors.push(invalid(field, ratio, `ratio ${ratio} is less than 1`));
  if (min === undefined || max === undefined) return;
  const most = milliValueOfQuantity(max) / milliValueOfQuantity(min);
  if (milliValueOfQuantity(ratio) / 1000 > most) errors.push(invalid(field, ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`));
}

export const limitRangeStrategy: Strategy<LimitRange> = {
  default: (range) => {
    for (const item of range.spec?.limits ?? []) {
      for (const list of LISTS) roundAmounts(item[list]);
      if (item.type === 'Container') defaultLater(() => containerDefaults(item));
    }
  },
  prepareForCreate: (range) => {
    // A range without a name gets a unique one.
    if (range.metadata && !range.metadata.name && !range.metadata.generateName) range.metadata.name = range.metadata.uid;
  },
  metadataChecks: { onUpdate: ['whole'] },
  validate,
  validateUpdate: validate,
};

export const limitRanges = defineKind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  namespaced: true,
  shortNames: ['limits'],
  schema: LimitRange,
  columns: defaultColumns,
  strategy: limitRangeStrategy,
  createdByUpdate: true,
});
