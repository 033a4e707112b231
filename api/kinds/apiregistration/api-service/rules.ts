import type { Strategy } from '../../../definition/strategy.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../../schema/field-error.ts';
import { childPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { addFaults, checkRequired } from '../../../validation/field-rules.ts';
import { dns1035LabelFaults, dns1123SubdomainFaults, pathSegmentName, portNumberFaults } from '../../../validation/name-rules.ts';
import { LOCAL, withAvailability } from './conditions.ts';
import type { APIService, APIServiceSpec } from './schema.ts';

const SPEC = rootPath('spec');
const DEFAULT_PORT = 443;
const MAX_GROUP_PRIORITY = 20_000;
const MAX_VERSION_PRIORITY = 1000;
const STATUSES = ['True', 'False', 'Unknown'];

const byteCount = (base64: string): number => atob(base64).length;

function checkPriority(errors: FieldError[], priority: number, max: number, name: string): void {
  if (priority <= 0 || priority > max) errors.push(invalid(pathText(SPEC, name), priority, `must be positive and less than ${max}`));
}

/** Checks the fields of a version that this server serves itself. */
function checkLocal(errors: FieldError[], { caBundle = '', insecureSkipTLSVerify = false }: APIServiceSpec): void {
  if (caBundle !== '') errors.push(invalid('spec.caBundle', `${byteCount(caBundle)} bytes`, 'local APIServices may not have a caBundle'));
  if (insecureSkipTLSVerify) errors.push(invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'));
}

function checkRemote(errors: FieldError[], { service, caBundle = '', insecureSkipTLSVerify = false }: APIServiceSpec): void {
  const path = childPath(SPEC, 'service');
  checkRequired(errors, service?.namespace, path, 'namespace');
  checkRequired(errors, service?.name, path, 'name');
  const port = service?.port ?? 0;
  const faults = portNumberFaults(port);
  if (faults.length > 0) errors.push(invalid(pathText(path, 'port'), port, `port is not valid: ${faults.join(', ')}`));
  if (insecureSkipTLSVerify && caBundle !== '') errors.push(invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
}

const NOTHING: APIServiceSpec = { groupPriorityMinimum: 0, versionPriority: 0 };

function validate({ metadata, spec = NOTHING }: APIService): FieldError[] {
  const errors: FieldError[] = [];
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0 } = spec;
  const name = metadata?.name ?? '';
  const wanted = `${version}.${group}`;
  if (name !== '' && name !== wanted && pathSegmentName(name, false).length === 0)
    errors.push(invalid('metadata.name', name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`));
  if (group === '' && version !== 'v1') errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  if (group !== '') addFaults(errors, dns1123SubdomainFaults(group), group, SPEC, 'group');
  addFaults(errors, dns1035LabelFaults(version), version, SPEC, 'version');
  checkPriority(errors, groupPriorityMinimum, MAX_GROUP_PRIORITY, 'groupPriorityMinimum');
  checkPriority(errors, versionPriority, MAX_VERSION_PRIORITY, 'versionPriority');
  if (spec.service) checkRemote(errors, spec);
  else checkLocal(errors, spec);
  return errors;
}

/** The rules of upstream's k8s.io/kube-aggregator: pkg/registry/apiservice and pkg/apis/apiregistration/validation. */
export const apiServiceStrategy: Strategy<APIService> = {
  allowUnconditionalUpdate: false,
  metadataChecks: { onUpdate: ['change', 'whole'], anyFinalizer: true },
  validateName: pathSegmentName,
  default({ spec }) {
    if (spec?.service) spec.service.port ??= DEFAULT_PORT;
  },
  prepareForCreate(apiService) {
    apiService.status = {};
  },
  stamp(apiService, old, { now }) {
    if (!old && !apiService.spec?.service) apiService.status = { conditions: withAvailability(apiService, LOCAL, now) };
  },
  prepareForUpdate(apiService, old) {
    apiService.status = old.status;
  },
  prepareForStatusUpdate(apiService, old) {
    apiService.spec = old.spec;
    const { labels, annotations, finalizers, ownerReferences } = old.metadata;
    apiService.metadata = { ...apiService.metadata, labels, annotations, finalizers, ownerReferences };
  },
  validate,
  validateUpdate: validate,
  validateStatusUpdate({ status }) {
    const errors: FieldError[] = [];
    status?.conditions?.forEach((condition, index) => {
      if (!STATUSES.includes(condition.status)) errors.push(notSupported(`status.conditions[${index}].status`, condition.status, STATUSES));
    });
    return errors;
  },
};
