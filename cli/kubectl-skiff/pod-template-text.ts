import type { PodTemplateSpec } from '../../api/pod/template/pod-template.ts';

type PodSpec = NonNullable<PodTemplateSpec['spec']>;
type Container = NonNullable<PodSpec['containers']>[number];
type Variable = NonNullable<Container['env']>[number];
type Volume = NonNullable<PodSpec['volumes']>[number];

const NONE = '<none>';

/** Lists labels or annotations under a title, one a line, in order of their keys. */
function pairs(title: string, values: Readonly<Record<string, string>> | undefined, between: string): string[] {
  const sorted = Object.entries(values ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (sorted.length === 0) return [`${title}:\t${NONE}`];
  return sorted.map(([key, value], index) => `${index === 0 ? `${title}:` : ''}\t${key}${between}${value}`);
}

function variableText({ name, value, valueFrom }: Variable): string {
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = valueFrom ?? {};
  if (fieldRef) return `      ${name}:\t (${fieldRef.apiVersion ?? 'v1'}:${fieldRef.fieldPath})`;
  if (resourceFieldRef) return `      ${name}:\t (${resourceFieldRef.resource})`;
  const optional = (secretKeyRef ?? configMapKeyRef)?.optional === true;
  if (secretKeyRef) return `      ${name}:\t<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name}'>\tOptional: ${optional}`;
  if (configMapKeyRef)
    return `      ${name}:\t<set to the key '${configMapKeyRef.key}' of config map '${configMapKeyRef.name}'>\tOptional: ${optional}`;
  return `      ${name}:\t${value ?? ''}`;
}

function amounts(title: string, list: Readonly<Record<string, string | number>> | undefined): string[] {
  const sorted = Object.entries(list ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.length === 0 ? [] : [`    ${title}:`, ...sorted.map(([name, amount]) => `      ${name}:\t${amount}`)];
}

const words = (title: string, list: readonly string[] | undefined): string[] =>
  list?.length ? [`    ${title}:`, ...list.flatMap((word) => word.split('\n').map((line) => `      ${line}`))] : [];

function containerLines(container: Container): string[] {
  const { name, image, ports = [], command, args, resources, env = [], envFrom = [], volumeMounts = [] } = container;
  const list = (numbers: readonly string[]) => numbers.join(', ');
  const shown = ports.map(({ containerPort, protocol = 'TCP' }) => `${containerPort}/${protocol}`);
  const host = ports.map(({ hostPort = 0, protocol = 'TCP' }) => `${hostPort}/${protocol}`);
  const mounts = volumeMounts
    .map(
      ({ name: volume, mountPath, readOnly, subPath }) =>
        `      ${mountPath} from ${volume} (${readOnly ? 'ro' : 'rw'}${subPath ? `,path="${subPath}"` : ''})`,
    )
    .sort();
  const from = envFrom.map(({ configMapRef, secretRef, prefix }) => {
    const source = configMapRef ? `${configMapRef.name}\tConfigMap` : `${secretRef?.name}\tSecret`;
    return `      ${source}${prefix ? ` with prefix '${prefix}'` : ''}\tOptional: ${(configMapRef ?? secretRef)?.optional === true}`;
  });
  return [
    `   ${name}:`,
    `    Image:\t${image ?? ''}`,
    `    ${ports.length > 1 ? 'Ports' : 'Port'}:\t${list(shown) || NONE}`,
    `    ${ports.length > 1 ? 'Host Ports' : 'Host Port'}:\t${list(host) || NONE}`,
    ...words('Command', command),
    ...words('Args', args),
    ...amounts('Limits', resources?.limits),
    ...amounts('Requests', resources?.requests),
    ...(from.length > 0 ? ['    Environment Variables from:', ...from] : []),
    ...(env.length > 0 ? ['    Environment:', ...env.map(variableText)] : [`    Environment:\t${NONE}`]),
    ...(mounts.length > 0 ? ['    Mounts:', ...mounts] : [`    Mounts:\t${NONE}`]),
  ];
}

/** Names a volume and its source: `data: configMap`, with the fields of the source that are plain values. */
function volumeLines({ name, ...source }: Volume): string[] {
  const [[type, fields] = ['emptyDir', {}]] = Object.entries(source).filter(([, value]) => value !== undefined);
  const plain = Object.entries(fields ?? {}).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return [
    `   ${name}:`,
    `    Type:\t${type[0]?.toUpperCase()}${type.slice(1)}`,
    ...plain.map(([key, value]) => `    ${key[0]?.toUpperCase()}${key.slice(1)}:\t${value}`),
  ];
}

function tolerationText({ key = '', operator, value, effect, tolerationSeconds }: NonNullable<PodSpec['tolerations']>[number]): string {
  const op = operator === 'Exists' && key !== '' ? ' op=Exists' : key === '' && operator === 'Exists' ? 'op=Exists' : '';
  const seconds = tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`;
  return `${key}${value ? `=${value}` : ''}${effect ? `:${effect}` : ''}${op}${seconds}`;
}

/**
 * Describes a pod template as `kubectl rollout history --revision` does. Volumes are described by the plain fields of their source,
 * not each in kubectl's own words; probes are left out.
 */
export function podTemplateText({ metadata, spec = { containers: [] } }: PodTemplateSpec): string {
  const { containers = [], initContainers = [], volumes = [], serviceAccountName, nodeSelector, priorityClassName, tolerations = [] } = spec;
  const annotations = Object.keys(metadata?.annotations ?? {}).length > 0 ? pairs('  Annotations', metadata?.annotations, ': ') : [];
  const [firstToleration, ...furtherTolerations] = tolerations.map(tolerationText);
  const lines = [
    'Pod Template:',
    ...pairs('  Labels', metadata?.labels, '='),
    ...annotations,
    ...(serviceAccountName ? [`  Service Account:\t${serviceAccountName}`] : []),
    ...(initContainers.length > 0 ? ['  Init Containers:', ...initContainers.flatMap(containerLines)] : []),
    '  Containers:',
    ...containers.flatMap(containerLines),
    ...(volumes.length > 0 ? ['  Volumes:', ...volumes.flatMap(volumeLines)] : [`  Volumes:\t${NONE}`]),
    ...(priorityClassName ? [`  Priority Class Name:\t${priorityClassName}`] : []),
    ...pairs('  Node-Selectors', nodeSelector, '='),
    `  Tolerations:\t${firstToleration ?? NONE}`,
    ...furtherTolerations.map((text) => `\t${text}`),
  ];
  return `${lines.join('\n')}\n`;
}
