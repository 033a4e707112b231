import type { Field } from '../schema/fields.ts';
import { Condition } from './condition.ts';
import { DeleteOptions } from './delete-options.ts';
import { APIGroup, APIGroupList, APIResourceList, APIVersions } from './discovery.ts';
import { FieldSelectorRequirement } from './field-selector.ts';
import { LabelSelector } from './label-selector.ts';
import { ListMeta, ObjectMeta } from './object-meta.ts';
import { Status } from './status.ts';

/** The structures of meta/v1. They and all they hold belong to no group of kinds. */
export const metaStructures: readonly Field[] = [
  ObjectMeta,
  ListMeta,
  Status,
  DeleteOptions,
  LabelSelector,
  Condition,
  FieldSelectorRequirement,
  APIVersions,
  APIGroup,
  APIGroupList,
  APIResourceList,
];
