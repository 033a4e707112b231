import type { Live } from '../../../meta/object.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from './schema.ts';

type Condition = CertificateSigningRequestCondition;

const FIELD = 'status.conditions';
const DECISIONS: readonly string[] = ['Approved', 'Denied'];
const ONLY_TRUE: readonly string[] = ['Approved', 'Denied', 'Failed'];
const EXCLUSIVE = 'Approved and Denied conditions are mutually exclusive';

export const conditionsOf = (request: CertificateSigningRequest): readonly Condition[] => request.status?.conditions ?? [];

const ofType = (request: CertificateSigningRequest, type: string): Condition[] => conditionsOf(request).filter((each) => each.type === type);

const repeats = (conditions: readonly Condition[]): boolean => new Set(conditions.map(({ type }) => type)).size < conditions.length;

/** The faults of the conditions. Those that an old state already has are let pass, so that it can still be changed. */
export function conditionErrors(request: CertificateSigningRequest, old: CertificateSigningRequest | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const before = old ? conditionsOf(old) : [];
  const mayBeEmpty = before.some(({ type }) => !type);
  const mayExclude = DECISIONS.every((decision) => before.some(({ type }) => type === decision));
  const mayRepeat = repeats(before);
  const seen = new Set<string>();
  for (const [index, { type, status }] of conditionsOf(request).entries()) {
    const field = `${FIELD}[${index}]`;
    if (!type && !mayBeEmpty) errors.push(required(`${field}.type`));
    const allowed = ONLY_TRUE.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (!status) errors.push(required(`${field}.status`));
    else if (!allowed.includes(status)) errors.push(notSupported(`${field}.status`, status, allowed));
    const other = DECISIONS.find((decision) => decision !== type);
    if (!mayExclude && DECISIONS.includes(type) && other !== undefined && seen.has(other)) errors.push(invalid(`${field}.type`, type, EXCLUSIVE));
    if (!mayRepeat && seen.has(type)) errors.push(duplicate(`${field}.type`, type));
    seen.add(type);
  }
  return errors;
}

/** The faults of a change of conditions: a decision stays, and is added or changed through `approval` alone. */
export function conditionChangeErrors(request: CertificateSigningRequest, old: CertificateSigningRequest, mayDecide: boolean): FieldError[] {
  const errors: FieldError[] = [];
  for (const type of ONLY_TRUE) {
    if (ofType(request, type).length < ofType(old, type).length) {
      errors.push(forbidden(FIELD, `updates may not remove a condition of type "${type}"`));
    }
  }
  if (mayDecide) return errors;
  for (const type of DECISIONS) {
    const [now, then] = [ofType(request, type), ofType(old, type)];
    if (now.length > then.length) errors.push(forbidden(FIELD, `updates may not add a condition of type "${type}"`));
    else if (now.length === then.length && now.some((each, index) => !sameCondition(each, then[index]))) {
      errors.push(forbidden(FIELD, `updates may not modify a condition of type "${type}"`));
    }
  }
  return errors;
}

const COMPARED = ['status', 'reason', 'message', 'lastUpdateTime', 'lastTransitionTime'] as const;
const sameCondition = (a: Condition, b: Condition | undefined): boolean => COMPARED.every((name) => (a[name] ?? '') === (b?.[name] ?? ''));

/** Puts the old decisions in place of the new ones, unless one was added or removed, which validation reports. */
export function keepDecisions(request: CertificateSigningRequest, old: Live<CertificateSigningRequest>): void {
  const conditions = request.status?.conditions;
  if (!conditions) return;
  for (const type of DECISIONS) {
    const kept = ofType(old, type);
    const places = [...conditions.keys()].filter((index) => conditions[index]?.type === type);
    if (kept.length !== places.length) continue;
    for (const [index, place] of places.entries()) {
      const condition = kept[index];
      if (condition) conditions[place] = { ...condition };
    }
  }
}

/** Fills in the times that a writer left out; a condition whose status stays as it was keeps the time of its last change. */
export function fillTimes(request: CertificateSigningRequest, old: Live<CertificateSigningRequest>, now: string): void {
  if (request.status === old.status) return;
  for (const condition of request.status?.conditions ?? []) {
    condition.lastUpdateTime ||= now;
    const before = conditionsOf(old).find(({ type, status }) => type === condition.type && status === condition.status);
    condition.lastTransitionTime ||= before?.lastTransitionTime || now;
  }
}
