import type { KindDefinition } from '../../../api/definition/kind.ts';
import type { Operation } from './operation.ts';
import { writerV2, writerV3 } from './operation.ts';
import { discoveryPath } from './paths.ts';
import type { Dialect, Json } from './schema-document.ts';
import { VERSION_INFO } from './schema-names.ts';

/** A document of paths that belong to no kind. */
export interface FixedDocument {
  readonly path: string;
  readonly paths: (dialect: Dialect) => Json;
}

const writerOf = ({ version }: Dialect) => (version === 3 ? writerV3 : writerV2);

const single = (path: string, operation: Omit<Operation, 'parameters' | 'codes'>): FixedDocument => ({
  path,
  paths: (dialect) => ({ [`/${path}/`]: { get: writerOf(dialect).operation({ ...operation, parameters: [], codes: [200] }) } }),
});

const discovery = (path: string, tag: string, what: string): FixedDocument => ({
  path,
  paths: (dialect) => discoveryPath(`/${path}/`, tag, what, writerOf(dialect)),
});

const ALWAYS: readonly FixedDocument[] = [
  single('.well-known/openid-configuration', {
    id: 'getServiceAccountIssuerOpenIDConfiguration',
    tag: 'WellKnown',
    description: 'read the configuration of the issuer of service accounts’ tokens',
    answer: { type: 'string' },
    produces: ['application/json'],
  }),
  single('openid/v1/jwks', {
    id: 'getServiceAccountIssuerOpenIDKeyset',
    tag: 'openid',
    description: 'read the public keys that service accounts’ tokens are verified with',
    answer: { type: 'string' },
    produces: ['application/jwk-set+json'],
  }),
  single('version', {
    id: 'getCodeVersion',
    tag: 'version',
    description: 'get the version of the server',
    answer: { schema: VERSION_INFO },
    produces: ['application/json'],
  }),
  discovery('api', 'core', 'APIVersions'),
  discovery('apis', 'apis', 'APIGroupList'),
];

/** Returns the documents beside those of the group versions: of the server itself, and of each group of Kubernetes. */
export function fixedDocuments(kinds: readonly KindDefinition[]): readonly FixedDocument[] {
  const groups = new Set(kinds.filter(({ group, structural }) => group !== '' && !structural).map(({ group }) => group));
  return [...ALWAYS, ...[...groups].map((group) => discovery(`apis/${group}`, group.replace(/\.k8s\.io$/, ''), 'APIGroup'))];
}
