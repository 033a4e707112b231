import { expect, it } from '@jest/globals';
import { aPod, aSandbox } from '../contract/pods.fixture.ts';
import { supportsRecursiveReadOnly } from './recursive-read-only.ts';

const able = { recursiveReadOnlyMounts: true, userNamespaces: false };
const unable = { ...able, recursiveReadOnlyMounts: false };
const handlers = [
  { name: '', ...able },
  { name: 'kata', ...unable },
];
const features = { ...able, supplementalGroupsPolicy: true, handlers };
const plain = aPod();
const classed = aPod({ runtimeClassName: 'sandboxed' });

it('a mount is recursively read-only where the handler of the pod can make it so', () => {
  expect(supportsRecursiveReadOnly(plain, aSandbox(), features)).toBe(true);
  expect(supportsRecursiveReadOnly(classed, aSandbox({ handler: 'kata' }), features)).toBe(false);
  const turned = [
    { name: '', ...unable },
    { name: 'kata', ...able },
  ];
  expect(supportsRecursiveReadOnly(classed, aSandbox({ handler: 'kata' }), { ...features, ...unable, handlers: turned })).toBe(true);
  expect(supportsRecursiveReadOnly(plain, aSandbox(), { ...features, ...unable, handlers: turned })).toBe(false);
});

it('before there is a sandbox, only the default handler is known to be able to', () => {
  expect(supportsRecursiveReadOnly(plain, undefined, features)).toBe(true);
  expect(supportsRecursiveReadOnly(classed, undefined, features)).toBe(false);
});

it('a handler that the runtime does not list cannot, unless it lists none', () => {
  expect(supportsRecursiveReadOnly(classed, aSandbox({ handler: 'gone' }), features)).toBe(false);
  expect(supportsRecursiveReadOnly(classed, aSandbox({ handler: 'gone' }), { ...features, handlers: undefined })).toBe(true);
});
