import { describe, expect, it } from '@jest/globals';
import { requestInfoOf } from './request-info.ts';

const infoOf = (path: string) => requestInfoOf('GET', path, new URLSearchParams());

describe('the namespace that access is granted in', () => {
  it.each([
    ['/api/v1/namespaces/dev/pods/p', 'dev'],
    ['/api/v1/pods', ''],
    ['/api/v1/namespaces', ''],
    ['/api/v1/namespaces/dev', 'dev'],
    ['/api/v1/namespaces/dev/status', 'dev'],
    ['/apis/example.com/v1/namespaces/dev', ''],
    ['/apis/example.com/v1/namespaces/dev/things', 'dev'],
  ])('%s: %j', (path, accessNamespace) => {
    expect(infoOf(path)).toMatchObject({ isResource: true, accessNamespace });
  });
});
