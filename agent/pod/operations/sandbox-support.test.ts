import { describe, expect, it } from '@jest/globals';
import { aPod } from '../../contract/pods.fixture.ts';
import { checkSandboxSupport } from './sandbox-support.ts';

const none = { supplementalGroupsPolicy: false, recursiveReadOnlyMounts: false, userNamespaces: false };

describe('a sandbox', () => {
  it('with users of its own is not made by a runtime without user namespaces', () => {
    const pod = aPod({ hostUsers: false });
    expect(() => checkSandboxSupport(pod, undefined, none)).toThrow("can't set `spec.hostUsers: false`, runtime does not support user namespaces");
    expect(() => checkSandboxSupport(pod, 'kata', none)).toThrow(
      'can\'t set `spec.hostUsers: false`, RuntimeClass handler "kata" does not support user namespaces',
    );
    expect(() => checkSandboxSupport(pod, undefined, { ...none, userNamespaces: true })).not.toThrow();
    expect(() => checkSandboxSupport(aPod({ hostUsers: true }), undefined, none)).not.toThrow();
  });
});
