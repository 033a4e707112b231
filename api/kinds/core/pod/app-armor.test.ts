import { describe, expect, it } from '@jest/globals';
import { copyAppArmorAnnotations } from './app-armor.ts';

const KEY = 'container.apparmor.security.beta.kubernetes.io/c';
const DEPRECATED = `metadata.annotations[${KEY}]: deprecated since v1.30; use the "appArmorProfile" field instead`;

describe('an AppArmor annotation of a new pod', () => {
  it.each([
    ['unconfined', undefined, { type: 'Unconfined' }, [DEPRECATED]],
    ['runtime/default', undefined, { type: 'RuntimeDefault' }, [DEPRECATED]],
    ['localhost/x', undefined, { type: 'Localhost', localhostProfile: 'x' }, [DEPRECATED]],
    ['localhost/', undefined, undefined, [DEPRECATED]],
    ['other', undefined, undefined, [DEPRECATED]],
    ['unconfined', { type: 'Unconfined' }, undefined, []],
    ['unconfined', { type: 'RuntimeDefault' }, { type: 'Unconfined' }, [DEPRECATED]],
  ])('%s, beside %j of the pod, gives the container %j', (value, ofPod, expected, warned) => {
    const pod = {
      metadata: { annotations: { [KEY]: value } },
      spec: { containers: [{ name: 'c' }], ...(ofPod ? { securityContext: { appArmorProfile: ofPod } } : {}) },
    };
    const warnings: string[] = [];
    copyAppArmorAnnotations(pod, warnings);
    expect(pod.spec.containers[0]).toEqual(expected ? { name: 'c', securityContext: { appArmorProfile: expected } } : { name: 'c' });
    expect(warnings).toEqual(warned);
  });

  it('gives way to the field', () => {
    const container = { name: 'c', securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } };
    const warnings: string[] = [];
    copyAppArmorAnnotations({ metadata: { annotations: { [KEY]: 'unconfined' } }, spec: { containers: [container] } }, warnings);
    expect(container.securityContext.appArmorProfile).toEqual({ type: 'RuntimeDefault' });
    expect(warnings).toEqual([]);
  });
});
