import type { CelType } from '../../base/cel/types.ts';
import { listType, mapType, objectType, STRING } from '../../base/cel/types.ts';

const STRINGS = listType(STRING);
const FIELDS: Readonly<Record<string, CelType>> = { username: STRING, uid: STRING, groups: STRINGS, extra: mapType(STRING, STRINGS) };

/** The type of a user (authentication.k8s.io/v1, UserInfo) in expressions. */
export const USER_INFO: CelType = objectType('kubernetes.UserInfo', (name) => (Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined));
