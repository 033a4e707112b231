import type { FieldSelectorAttributes, LabelSelectorAttributes } from '../../api/kinds/authorization/subject-access-review.ts';
import type { FieldSelectorRequirement } from '../../api/meta/field-selector.ts';
import type { LabelSelectorRequirement } from '../../api/meta/label-selector.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { forbidden, invalid, required } from '../../api/schema/field-error.ts';
import { parseSelector } from '../../api/selector/selector.ts';
import { labelValueFaults, qualifiedNameFaults } from '../../api/validation/name-rules.ts';
import type { FieldRequirement } from '../contract/authorizer.ts';
import { parseFieldSelector } from '../request/selection.ts';

type Requirement = FieldSelectorRequirement | LabelSelectorRequirement;

/** The readable part of a selector, and whether there was another. Requirements all hold, so leaving one out asks for more, never for less. */
export interface ReadSelector<T> {
  readonly requirements: readonly T[];
  readonly isPartial: boolean;
}

/** Finds what is wrong with a selector of a review (pkg/apis/authorization/validation). Unknown operators are let by, for clients of later versions. */
export function selectorFaults(
  selector: FieldSelectorAttributes | LabelSelectorAttributes | undefined,
  field: string,
  ofRequirement: (requirement: Requirement, field: string) => FieldError[],
): FieldError[] {
  if (!selector) return [];
  const { rawSelector = '', requirements = [] } = selector;
  const faults: FieldError[] = [];
  if (rawSelector !== '' && requirements.length > 0) {
    faults.push(invalid(`${field}.rawSelector`, rawSelector, 'may not specified at the same time as requirements'));
  }
  if (rawSelector === '' && requirements.length === 0) {
    faults.push(required(`${field}.requirements`, `when ${field} is specified, requirements or rawSelector is required`));
  }
  requirements.forEach((requirement: Requirement, i) => {
    faults.push(...ofRequirement(requirement, `${field}.requirements[${i}]`));
  });
  return faults;
}

function valueFaults({ operator, values = [] }: Requirement, field: string): FieldError[] {
  const listed = operator === 'In' || operator === 'NotIn';
  if (listed && values.length === 0) return [required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    return [forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
  }
  return [];
}

export const fieldRequirementFaults = (requirement: Requirement, field: string): FieldError[] => [
  ...(requirement.key ? [] : [required(`${field}.key`, 'must be specified')]),
  ...valueFaults(requirement, field),
];

export const labelRequirementFaults = (requirement: Requirement, field: string): FieldError[] => [
  ...valueFaults(requirement, field),
  ...qualifiedNameFaults(requirement.key ?? '').map((fault) => invalid(`${field}.key`, requirement.key ?? '', fault)),
  ...(requirement.values ?? []).flatMap((value, i) => labelValueFaults(value).map((fault) => invalid(`${field}.values[${i}]`, value, fault))),
];

/** Reads a field selector of a review as a list request's is read. */
export function readFieldSelector({ rawSelector, requirements = [] }: FieldSelectorAttributes): ReadSelector<FieldRequirement> {
  if (rawSelector) {
    try {
      return { requirements: parseFieldSelector(rawSelector), isPartial: false };
    } catch {
      return { requirements: [], isPartial: true };
    }
  }
  const read = requirements.flatMap(({ key, operator, values = [] }): FieldRequirement[] => {
    const [value] = values;
    const isReadable = (operator === 'In' || operator === 'NotIn') && values.length === 1 && value !== undefined;
    return isReadable ? [{ field: key, value, equal: operator === 'In' }] : [];
  });
  return { requirements: read, isPartial: read.length < requirements.length };
}

const OPERATORS = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);

/** Reads a label selector of a review, as far as to say whether it can be read: no authorizer goes by labels. */
export function readLabelSelector({ rawSelector, requirements = [] }: LabelSelectorAttributes): ReadSelector<LabelSelectorRequirement> {
  if (rawSelector) {
    try {
      parseSelector(rawSelector);
      return { requirements: [], isPartial: false };
    } catch {
      return { requirements: [], isPartial: true };
    }
  }
  const read = requirements.filter(({ operator }) => OPERATORS.has(operator));
  return { requirements: read, isPartial: read.length < requirements.length };
}
