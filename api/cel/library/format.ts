import type { Functions, Library, Overload } from '../../../base/cel/functions.ts';
import type { CelType } from '../../../base/cel/types.ts';
import { listType, objectType, optionalType, STRING } from '../../../base/cel/types.ts';
import { ArrayList, NONE, noSuchOverload, OpaqueValue, OptionalValue } from '../../../base/cel/values.ts';
import { parseGoRequestUri } from '../../../base/go-url.ts';
import { stringFormat } from '../../schema/formats.ts';
import { dns1035LabelFaults, labelName, labelValueFaults, qualifiedNameFaults, subdomainName } from '../../validation/name-rules.ts';

export const FORMAT_TYPE: CelType = objectType('kubernetes.NamedFormat');

type Faults = (text: string) => readonly string[];

/** A named format. */
export class FormatValue extends OpaqueValue {
  readonly type = FORMAT_TYPE;
  readonly name: string;
  readonly faults: Faults;
  /** The length of its pattern, by which checks cost. */
  readonly patternSize: number;
  constructor(name: string, patternSize: number, faults: Faults) {
    super();
    this.name = name;
    this.faults = faults;
    this.patternSize = patternSize;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

const tested = (format: string, fault: string): Faults => {
  const test = stringFormat(format);
  return (text) => (test?.(text) ? [] : [fault]);
};
/** A prefix may end in a dash: what is appended makes it a name. */
const asPrefix =
  (faults: Faults): Faults =>
  (text) =>
    faults(text.endsWith('-') && text.length > 1 ? `${text.slice(0, -2)}a` : text);

function uriFaults(text: string): readonly string[] {
  const parsed = parseGoRequestUri(text);
  return parsed.ok ? [] : [parsed.problem];
}

const formats: Readonly<Record<string, FormatValue>> = {
  dns1123Label: new FormatValue('DNS1123Label', 30, (text) => labelName(text, false)),
  dns1123Subdomain: new FormatValue('DNS1123Subdomain', 60, (text) => subdomainName(text, false)),
  dns1035Label: new FormatValue('DNS1035Label', 30, dns1035LabelFaults),
  qualifiedName: new FormatValue('QualifiedName', 60, qualifiedNameFaults),
  dns1123LabelPrefix: new FormatValue('DNS1123LabelPrefix', 30, (text) => labelName(text, true)),
  dns1123SubdomainPrefix: new FormatValue('DNS1123SubdomainPrefix', 60, (text) => subdomainName(text, true)),
  dns1035LabelPrefix: new FormatValue('DNS1035LabelPrefix', 30, asPrefix(dns1035LabelFaults)),
  labelValue: new FormatValue('LabelValue', 40, labelValueFaults),
  uri: new FormatValue('URI', 1121, uriFaults),
  uuid: new FormatValue('uuid', 69, tested('uuid', 'does not match the UUID format')),
  byte: new FormatValue('byte', 84, tested('byte', 'invalid base64')),
  date: new FormatValue('date', 110, tested('date', 'invalid date')),
  datetime: new FormatValue('datetime', 110, tested('datetime', 'invalid datetime')),
};

const named = Object.entries(formats).map(([name, format]): [string, readonly Overload[]] => [
  `format.${name}`,
  [{ id: `format.${name}`, params: [], result: FORMAT_TYPE, call: () => format }],
]);

const functions: Functions = {
  ...Object.fromEntries(named),
  'format.named': [
    {
      id: 'format-named',
      params: [STRING],
      result: optionalType(FORMAT_TYPE),
      call: (name) => {
        const format = typeof name === 'string' && Object.hasOwn(formats, name) ? formats[name] : undefined;
        return format ? new OptionalValue(format) : NONE;
      },
    },
  ],
  validate: [
    {
      id: 'format-validate',
      member: true,
      params: [FORMAT_TYPE, STRING],
      result: optionalType(listType(STRING)),
      call: (format, text) => {
        if (!(format instanceof FormatValue) || typeof text !== 'string') throw noSuchOverload();
        const faults = format.faults(text);
        return faults.length === 0 ? NONE : new OptionalValue(new ArrayList(faults));
      },
    },
  ],
};

/** Named formats: `format.dns1123Label().validate(x)`. */
export const formatLibrary: Library = { functions };
