import type { FieldError } from '../../../api/schema/field-error.ts';
import { fieldErrorText, invalid } from '../../../api/schema/field-error.ts';

/** The Pod Security Standards, from what allows all to what forbids most (https://kubernetes.io/docs/concepts/security/pod-security-standards/). */
export type Level = 'privileged' | 'baseline' | 'restricted';

/** The minor version of Kubernetes whose rules count. */
export type Version = number | 'latest';

export interface LevelVersion {
  readonly level: Level;
  readonly version: Version;
}

export type Mode = 'enforce' | 'audit' | 'warn';
export type Policy = { readonly [M in Mode]: LevelVersion };

/** The policy of a namespace, and what is wrong with its labels. */
export interface NamespacePolicy extends Policy {
  readonly faults: readonly FieldError[];
}

export const LABEL_PREFIX = 'pod-security.kubernetes.io/';
export const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted'];
export const LEVEL_FAULT = `must be one of ${LEVELS.join(', ')}`;
export const VERSION_FAULT = 'must be "latest" or "v1.x"';
const versionText = /^v1\.(\d|[1-9]\d*)$/;

/** Returns undefined if the text is no level. */
export const parseLevel = (text: string): Level | undefined => LEVELS.find((level) => level === text);

/** Returns undefined if the text is neither `latest` nor `v1.x`. */
export function parseVersion(text: string): Version | undefined {
  if (text === 'latest') return text;
  const minor = Number(versionText.exec(text)?.[1] ?? Number.NaN);
  return Number.isSafeInteger(minor) ? minor : undefined;
}

/** Returns `restricted:latest` or `baseline:v1.24`. */
export const policyText = ({ level, version }: LevelVersion): string => `${level}:${version === 'latest' ? version : `v1.${version}`}`;

/** Returns how much stricter the first level is: negative if it is laxer. */
export const compareLevels = (a: Level, b: Level): number => LEVELS.indexOf(a) - LEVELS.indexOf(b);

export const samePolicy = (a: LevelVersion, b: LevelVersion): boolean => a.level === b.level && a.version === b.version;

export const isFullyPrivileged = ({ enforce, audit, warn }: Policy): boolean =>
  enforce.level === 'privileged' && audit.level === 'privileged' && warn.level === 'privileged';

/**
 * Reads the policy of a namespace from its labels; what is not labelled is as in `defaults`. A level to enforce that cannot be read counts as
 * restricted, one to audit or to warn of as privileged; a version that cannot be read as the latest.
 */
export function policyOf(labels: Readonly<Record<string, string>> | undefined, defaults: Policy): NamespacePolicy {
  const faults: FieldError[] = [];
  const read = <T>(label: string, parse: (text: string) => T | undefined, fault: string, otherwise: T, unreadable: T): T => {
    const key = `${LABEL_PREFIX}${label}`;
    const text = labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (text === undefined) return otherwise;
    const value = parse(text);
    if (value === undefined) faults.push(invalid(`metadata.labels[${key}]`, text, fault));
    return value ?? unreadable;
  };
  const modeOf = (mode: Mode, unreadable: Level): LevelVersion => ({
    level: read<Level>(mode, parseLevel, LEVEL_FAULT, defaults[mode].level, unreadable),
    version: read<Version>(`${mode}-version`, parseVersion, VERSION_FAULT, defaults[mode].version, 'latest'),
  });
  const has = (label: string): boolean => labels !== undefined && Object.hasOwn(labels, `${LABEL_PREFIX}${label}`);
  const enforce = modeOf('enforce', 'restricted');
  const enforces = has('enforce') && faults.every(({ field }) => !field.endsWith('/enforce]'));
  const audit = modeOf('audit', 'privileged');
  let warn = modeOf('warn', 'privileged');
  // A namespace that enforces a level warns of what it will refuse.
  if (!has('warn') && enforces && compareLevels(enforce.level, warn.level) > 0) {
    warn = { level: enforce.level, version: has('warn-version') ? warn.version : enforce.version };
  }
  return { enforce, audit, warn, faults };
}

/** Joins faults as Go's aggregated errors do: a single one as it is, several in brackets. */
export function faultsText(faults: readonly FieldError[]): string {
  const texts = faults.map(fieldErrorText);
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}
