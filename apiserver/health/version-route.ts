import { GIT_VERSION, KUBERNETES_VERSION } from '../../api/meta/version.ts';
import type { RouteHandler } from '../contract/route.ts';
import { documentMediaOf } from '../encode/negotiate.ts';
import { jsonResponse } from '../encode/plain-response.ts';

const GO_ARCHITECTURE: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/** `GET /version`, as clients compare it. */
export function versionInfo() {
  const [major = '', minor = ''] = KUBERNETES_VERSION.split('.');
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: GIT_VERSION,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: `node ${process.version}`,
    platform: `${process.platform}/${GO_ARCHITECTURE[process.arch] ?? process.arch}`,
  };
}

export const versionRoute: RouteHandler = {
  path: '/version',
  open: true,
  handle({ headers }) {
    documentMediaOf(headers.accept, ['json']);
    return jsonResponse(200, versionInfo());
  },
};
