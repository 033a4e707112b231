import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { ownBindings, ownRoles } from './own-roles.ts';

/** The rights that an API server needs for itself: to its documents of the issuer, and for its calls to agents. */
const OF_THE_SERVER = ['skiff:issuer-discovery', 'skiff:kubelet-api-admin'];

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: unknown;
  readonly roleRef?: unknown;
  readonly subjects?: readonly object[];
}
const shipped = parseAllDocuments(readFileSync(new URL('../../../deploy/home/rbac.yaml', import.meta.url), 'utf8')).map(
  (document): Manifest => document.toJS(),
);
const isShared = ({ metadata }: { readonly metadata?: { readonly name?: string } }) => !OF_THE_SERVER.includes(metadata?.name ?? '');
const find = (kind: string, name = '') => shipped.find((each) => each.kind === kind && each.metadata.name === name);

it('are shipped for other API servers too, with the same rules and subjects', () => {
  const roles = ownRoles.filter(isShared);
  expect(roles).not.toHaveLength(0);
  for (const { metadata, rules } of roles) expect(find('ClusterRole', metadata?.name)?.rules).toEqual(rules);
  for (const { metadata, roleRef, subjects } of ownBindings.filter(isShared)) {
    const manifest = find('ClusterRoleBinding', metadata?.name);
    expect(manifest?.roleRef).toEqual(roleRef);
    expect(manifest?.subjects).toEqual(subjects?.map((subject) => expect.objectContaining({ ...subject })));
  }
});
