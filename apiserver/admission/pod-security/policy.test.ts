import { describe, expect, it } from '@jest/globals';
import { fieldErrorText } from '../../../api/schema/field-error.ts';
import { NO_CONFIGURATION } from './cluster-policy.ts';
import { faultsText, policyOf, policyText } from './policy.ts';

const P = 'pod-security.kubernetes.io/';
const read = (labels: Record<string, string>, defaults = NO_CONFIGURATION.defaults) => {
  const policy = policyOf(Object.fromEntries(Object.entries(labels).map(([key, value]) => [P + key, value])), defaults);
  return [policyText(policy.enforce), policyText(policy.audit), policyText(policy.warn), ...policy.faults.map(fieldErrorText)];
};

describe('the policy of a namespace', () => {
  const strict = { ...NO_CONFIGURATION.defaults, enforce: { level: 'baseline' as const, version: 20 } };
  it.each([
    [{}, ['privileged:latest', 'privileged:latest', 'privileged:latest']],
    [{ enforce: 'baseline' }, ['baseline:latest', 'privileged:latest', 'baseline:latest']],
    [{ enforce: 'restricted', 'enforce-version': 'v1.20' }, ['restricted:v1.20', 'privileged:latest', 'restricted:v1.20']],
    [{ enforce: 'restricted', warn: 'privileged' }, ['restricted:latest', 'privileged:latest', 'privileged:latest']],
    [{ enforce: 'restricted', 'enforce-version': 'v1.20', 'warn-version': 'v1.30' }, ['restricted:v1.20', 'privileged:latest', 'restricted:v1.30']],
    [{ audit: 'restricted', 'audit-version': 'latest' }, ['privileged:latest', 'restricted:latest', 'privileged:latest']],
  ])('is read from %j', (labels, policy) => {
    expect(read(labels)).toEqual(policy);
  });

  it('is the default where there is no label', () => {
    expect(read({}, strict)[0]).toBe('baseline:v1.20');
    expect(read({ 'enforce-version': 'v1.30' }, strict)[0]).toBe('baseline:v1.30');
  });

  it.each([
    ['enforce', 'Bad', 'restricted:latest', 'must be one of privileged, baseline, restricted'],
    ['enforce-version', '1.20', 'privileged:latest', 'must be "latest" or "v1.x"'],
    ['enforce-version', 'v1.020', 'privileged:latest', 'must be "latest" or "v1.x"'],
    ['audit', '', 'privileged:latest', 'must be one of privileged, baseline, restricted'],
    ['warn', 'x', 'privileged:latest', 'must be one of privileged, baseline, restricted'],
  ])('says what is wrong with %s: %j, and is careful about it', (label, value, enforce, why) => {
    const [found, , warn, ...faults] = read({ [label]: value });
    expect([found, warn]).toEqual([enforce, 'privileged:latest']);
    expect(faults).toEqual([`metadata.labels[${P}${label}]: Invalid value: ${JSON.stringify(value)}: ${why}`]);
  });

  it('lists several faults in brackets', () => {
    const { faults } = policyOf({ [`${P}warn`]: 'x', [`${P}audit`]: 'y' }, NO_CONFIGURATION.defaults);
    expect(faultsText(faults)).toMatch(/^\[metadata\.labels.*audit.*, metadata\.labels.*warn.*\]$/);
  });
});
