import { wide } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { KubeObject } from '../../meta/object.ts';
import type { PodTemplateSpec } from './pod-template.ts';

interface Templated {
  readonly template?: PodTemplateSpec | undefined;
}

export const containerNames = ({ template }: Templated): string => (template?.spec?.containers ?? []).map(({ name }) => name).join(',');
export const containerImages = ({ template }: Templated): string => (template?.spec?.containers ?? []).map(({ image }) => image ?? '').join(',');

/** The columns of a kind with `spec.template`; the column of its selector follows them. */
export const templateColumns = <T extends KubeObject & { spec?: Templated | undefined }>(): readonly Column<T>[] => [
  wide('Containers', 'The containers of the template.', (object) => containerNames(object.spec ?? {})),
  wide('Images', 'Their images.', (object) => containerImages(object.spec ?? {})),
];
