import { timeText } from '../../../../base/clock.ts';
import { pemBlocks } from '../../../../base/pem.ts';
import type { Strategy, SubresourceRules, WriteContext } from '../../../definition/strategy.ts';
import type { KubeObject, Live } from '../../../meta/object.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from '../../../schema/field-error.ts';
import { dns1123LabelFaults, dns1123SubdomainFaults } from '../../../validation/name-rules.ts';
import { conditionChangeErrors, conditionErrors, fillTimes, keepDecisions } from './conditions.ts';
import type { CertificateSigningRequest, CertificateSigningRequestSpec } from './schema.ts';
import { KEY_USAGES } from './schema.ts';

type Request = CertificateSigningRequest;

const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const MIN_SECONDS = 600;
const MAX_DOMAIN = 253;
const MAX_SIGNER_NAME = 571;

const decoded = (base64: string | undefined): string => atob(base64 ?? '');

/** The signature of the request is verified in admission, which may wait: see the plugin CertificateRequestSignature. */
function requestErrors(spec: CertificateSigningRequestSpec): FieldError[] {
  const [block] = pemBlocks(decoded(spec.request));
  if (block?.type === 'CERTIFICATE REQUEST') return [];
  return [invalid('spec.request', spec.request, 'PEM block type must be CERTIFICATE REQUEST')];
}

function usageErrors(usages: readonly string[], old: readonly string[] | undefined): FieldError[] {
  if (usages.length === 0) return [required('spec.usages')];
  const errors: FieldError[] = [];
  const repeats = (list: readonly string[]) => new Set(list).size < list.length;
  if (!old?.some((usage) => !KEY_USAGES.includes(usage))) {
    for (const [index, usage] of usages.entries()) {
      if (!KEY_USAGES.includes(usage)) errors.push(notSupported(`spec.usages[${index}]`, usage, KEY_USAGES));
    }
  }
  if (old && repeats(old)) return errors;
  const seen = new Set<string>();
  for (const [index, usage] of usages.entries()) {
    if (seen.has(usage)) errors.push(duplicate(`spec.usages[${index}]`, usage));
    seen.add(usage);
  }
  return errors;
}

/** The faults of a signer's name: DOMAIN/NAME. */
export function signerNameErrors(field: string, name: string): FieldError[] {
  if (name === '') return [required(field)];
  const [domain = '', path = '', ...more] = name.split('/');
  if (!name.includes('/') || more.length > 0) {
    return [invalid(field, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
  }
  const errors: FieldError[] = [];
  const check = (text: string, faults: (label: string) => readonly string[]) => {
    for (const label of text.split('.')) {
      const found = faults(label);
      for (const fault of found) errors.push(invalid(field, text, `validating label ${JSON.stringify(label)}: ${fault}`));
      if (found.length > 0) return;
    }
  };
  if (domain.length > MAX_DOMAIN) errors.push(tooLong(field, MAX_DOMAIN));
  check(domain, dns1123LabelFaults);
  if (!domain.includes('.')) errors.push(invalid(field, domain, 'should be a domain with at least two segments separated by dots'));
  check(path, dns1123SubdomainFaults);
  if (name.length > MAX_SIGNER_NAME) errors.push(tooLong(field, MAX_SIGNER_NAME));
  return errors;
}

function specErrors(spec: CertificateSigningRequestSpec, old: CertificateSigningRequestSpec | undefined): FieldError[] {
  const { signerName = '', expirationSeconds } = spec;
  const errors = [...requestErrors(spec), ...usageErrors(spec.usages ?? [], old?.usages)];
  if (signerName === LEGACY_SIGNER && old?.signerName !== LEGACY_SIGNER) {
    errors.push(invalid('spec.signerName', signerName, 'the legacy signerName is not allowed via this API version'));
  } else errors.push(...signerNameErrors('spec.signerName', signerName));
  if (expirationSeconds !== undefined && expirationSeconds < MIN_SECONDS) {
    errors.push(invalid('spec.expirationSeconds', expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)'));
  }
  return errors;
}

function certificateErrors(certificate: string | undefined, old: string | undefined): FieldError[] {
  if (!certificate || certificate === old) return [];
  const fault = (why: string) => [invalid('status.certificate', '<certificate data>', why)];
  const blocks = pemBlocks(decoded(certificate));
  for (const { type, hasHeaders } of blocks) {
    if (type !== 'CERTIFICATE') return fault(`only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`);
    if (hasHeaders) return fault('no PEM block headers are permitted');
  }
  return blocks.length === 0 ? fault('must contain at least one CERTIFICATE PEM block') : [];
}

const NOTHING: CertificateSigningRequestSpec = { request: '', signerName: '' };

function stateErrors(request: Request, old?: Live<Request>): FieldError[] {
  return [
    ...specErrors(request.spec ?? NOTHING, old?.spec),
    ...conditionErrors(request, old),
    ...certificateErrors(request.status?.certificate, old?.status?.certificate),
  ];
}

/** The part of a request that a write is about. */
type Written = 'metadata' | 'status' | 'approval';

function updateErrors(request: Request, old: Live<Request>, written: Written): FieldError[] {
  const errors = [...stateErrors(request, old), ...conditionChangeErrors(request, old, written === 'approval')];
  const [now = '', then = ''] = [request.status?.certificate, old.status?.certificate];
  if (now === then) return errors;
  if (written !== 'status') errors.push(forbidden('status.certificate', 'updates may not set certificate content'));
  else if (then !== '') errors.push(forbidden('status.certificate', 'updates may not modify existing certificate content'));
  return errors;
}

/** A request is its creator's: the server says who that is, whatever the manifest says. */
function setCreator(request: Request, user: WriteContext['user']): void {
  const { username: _, uid: __, groups: ___, extra: ____, ...spec } = request.spec ?? NOTHING;
  const extra = Object.entries(user.extra ?? {});
  request.spec = {
    ...spec,
    username: user.name,
    ...(user.uid ? { uid: user.uid } : {}),
    ...(user.groups.length > 0 ? { groups: [...user.groups] } : {}),
    ...(extra.length > 0 ? { extra: Object.fromEntries(extra.map(([key, values]) => [key, [...values]])) } : {}),
  };
}

export const certificateSigningRequestStrategy: Strategy<Request> = {
  prepareForCreate(request) {
    request.status = {};
  },
  prepareForUpdate(request, old) {
    request.spec = old.spec;
    request.status = old.status;
  },
  prepareForStatusUpdate(request, old) {
    request.spec = old.spec;
    keepDecisions(request, old);
  },
  stamp(request, old, { user, now }) {
    if (old) fillTimes(request, old, timeText(now));
    else setCreator(request, user);
  },
  validate: (request) => stateErrors(request),
  validateUpdate: (request, old) => updateErrors(request, old, 'metadata'),
  validateStatusUpdate: (request, old) => updateErrors(request, old, 'status'),
  validateName: () => [],
  metadataChecks: { onUpdate: ['whole', 'change'] },
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName ?? '' },
};

const asRequest = (object: KubeObject): Request => object as Request;

/** Writes through `approval` change the conditions alone. */
export const approvalRules: SubresourceRules = {
  prepare(object, old) {
    const request = asRequest(object);
    const before = old as Live<Request>;
    const { conditions: _, ...status } = before.status ?? {};
    request.spec = before.spec;
    request.status = { ...status, ...(request.status?.conditions ? { conditions: request.status.conditions } : {}) };
  },
  validate: (object, old) => updateErrors(asRequest(object), old as Live<Request>, 'approval'),
};
