import type { Event } from 'js-yaml';
import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml';
import { isObject, setOwn } from '../json.ts';
import type { Scalar } from './scalar.ts';
import { resolvePlain, resolveTagged, YamlError } from './scalar.ts';

/** The nesting that is allowed, aliases expanded: less deep than recursion over a value bears. */
const MAX_DEPTH = 1000;

/** The text that aliases may repeat, in UTF-16 units. */
const MAX_ALIASED_TEXT = 3 * 1024 * 1024;

export interface DecodedYaml {
  /** JSON's types only; null for an empty document. */
  readonly value: unknown;
  /** Names the keys that stand twice in one mapping, with their lines. The last one counts. */
  readonly doubled: () => string[];
}

/**
 * Decodes the first YAML document of a text in the dialect of sigs.k8s.io/yaml, in time linear in the text: mappings and sequences as keys are
 * refused, and so are aliases that repeat too much.
 * @throws YamlError
 */
export function decodeYaml(source: string): DecodedYaml {
  const text = firstDocument(source);
  const decoder = createDecoder(text, eventsOf(text));
  const value = decoder.value();
  return { value, doubled: () => decoder.doubled.map(({ key, at }) => `line ${lineOf(text, at)}: key ${JSON.stringify(key)} already set in map`) };
}

function eventsOf(text: string): Event[] {
  try {
    return parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    if (error.reason.includes('maxDepth')) throw new YamlError(`exceeded max depth of ${MAX_DEPTH}`);
    throw new YamlError(error.mark ? `line ${error.mark.line + 1}: ${error.reason}` : error.reason);
  }
}

const lineOf = (text: string, offset: number): number => {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
};

/** Cuts off what follows the first document, which need not be valid. */
function firstDocument(text: string): string {
  // Directives and comments may stand before the marker that begins the document.
  let begin = 0;
  while (begin < text.length && '#%\r\n'.includes(text.charAt(begin))) begin = afterLine(text, begin);
  if (isMarker(text, begin, '---')) begin += 3;
  for (let at = text.indexOf('\n', begin); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (isMarker(text, at + 1, '---') || isMarker(text, at + 1, '...')) return text.slice(0, at + 1);
  }
  return text;
}

const afterLine = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
};

const isMarker = (text: string, at: number, marker: string): boolean =>
  text.startsWith(marker, at) && (at + 3 >= text.length || ' \t\r\n'.includes(text.charAt(at + 3)));

/** The share of nodes that may come from aliases, as in Go's decoder: nearly all of a small document, a tenth of a large one. */
function allowedAliasRatio(nodes: number): number {
  const [few, many] = [400_000, 4_000_000];
  if (nodes <= few) return 0.99;
  if (nodes >= many) return 0.1;
  return 0.99 - (0.89 * (nodes - few)) / (many - few);
}

interface Doubled {
  readonly key: string;
  /** The offset of the second key. */
  readonly at: number;
}

/** Builds the value of a stream of events. */
function createDecoder(text: string, events: readonly Event[]): { value(): unknown; readonly doubled: readonly Doubled[] } {
  const targets = aliasTargets(text, events);
  const doubled: Doubled[] = [];
  const running = new Set<number>();
  let next = 0;
  let depth = 0;
  let nodes = 0;
  let aliased = 0;
  let aliasedText = 0;
  let aliasDepth = 0;

  const eventAt = (): Event => {
    const event = events[next];
    if (!event) throw new YamlError('unexpected end of the document');
    return event;
  };

  const count = () => {
    nodes++;
    if (aliasDepth > 0) aliased++;
    if ((aliased > 100 && nodes > 1000 && aliased / nodes > allowedAliasRatio(nodes)) || aliasedText > MAX_ALIASED_TEXT) {
      throw new YamlError('document contains excessive aliasing');
    }
  };

  /** Runs on the node that an alias names, then goes on behind the alias. */
  const throughAlias = <T>(read: () => T): T => {
    const target = targets.get(next);
    if (target === undefined) throw new YamlError('unknown anchor referenced');
    const event = eventAt();
    if (running.has(target)) {
      const name = event.type === EVENT_ID.ALIAS ? text.slice(event.anchorStart, event.anchorEnd) : '';
      throw new YamlError(`anchor '${name}' value contains itself`);
    }
    const behind = next + 1;
    running.add(target);
    aliasDepth++;
    next = target;
    const value = read();
    next = behind;
    aliasDepth--;
    running.delete(target);
    return value;
  };

  const nested = <T>(read: () => T): T => {
    if (++depth > MAX_DEPTH) throw new YamlError(`exceeded max depth of ${MAX_DEPTH}`);
    next++;
    const value = read();
    next++;
    depth--;
    return value;
  };

  const scalarOf = (event: Extract<Event, { type: 4 }>): Scalar => {
    const value = getScalarValue(text, event);
    if (aliasDepth > 0) aliasedText += value.length;
    if (event.tagStart >= 0) return resolveTagged(value, text.slice(event.tagStart, event.tagEnd));
    return event.style === SCALAR_STYLE.PLAIN ? resolvePlain(value) : value;
  };

  const node = (): unknown => {
    count();
    const event = eventAt();
    switch (event.type) {
      case EVENT_ID.SCALAR: {
        next++;
        const value = scalarOf(event);
        if (typeof value === 'number' && !Number.isFinite(value)) throw new YamlError(`unsupported value: ${value}`);
        return value;
      }
      case EVENT_ID.ALIAS:
        return throughAlias(node);
      case EVENT_ID.SEQUENCE:
        return nested(() => {
          const list: unknown[] = [];
          while (eventAt().type !== EVENT_ID.POP) list.push(node());
          return list;
        });
      case EVENT_ID.MAPPING: {
        const out: Record<string, unknown> = {};
        mappingInto(out);
        return out;
      }
      default:
        throw new YamlError('unexpected end of the document');
    }
  };

  /** Returns the text of a key; undefined for the merge key. */
  const key = (): string | undefined => {
    const event = eventAt();
    if (event.type === EVENT_ID.ALIAS) return throughAlias(key);
    count();
    if (event.type !== EVENT_ID.SCALAR) throw new YamlError(`invalid map key: ${goText(node())}`);
    next++;
    if (
      event.tagStart < 0 &&
      event.style === SCALAR_STYLE.PLAIN &&
      event.valueEnd - event.valueStart === 2 &&
      text.startsWith('<<', event.valueStart)
    ) {
      return undefined;
    }
    const value = scalarOf(event);
    if (value === null) throw new YamlError('unsupported map key of type: <nil>');
    return String(value);
  };

  const mappingInto = (out: Record<string, unknown>): void =>
    nested(() => {
      while (eventAt().type !== EVENT_ID.POP) {
        const at = next;
        const name = key();
        if (name === undefined) {
          mergeInto(out);
          continue;
        }
        if (Object.hasOwn(out, name)) doubled.push({ key: name, at: offsetOf(events[at]) });
        setOwn(out, name, node());
      }
    });

  /** Reads the value of a merge key, `<<: *a` or `<<: [*a, *b]`; of several mappings, the first one wins. */
  const mergeInto = (out: Record<string, unknown>): void => {
    const value = node();
    const sources = Array.isArray(value) ? value.reverse() : [value];
    for (const source of sources) {
      if (!isObject(source)) throw new YamlError('map merge requires map or sequence of maps as the value');
      for (const [name, field] of Object.entries(source)) setOwn(out, name, field);
    }
  };

  return {
    doubled,
    value() {
      if (events.length === 0) return null;
      next = 1;
      return eventAt().type === EVENT_ID.POP ? null : node();
    },
  };
}

const offsetOf = (event: Event | undefined): number =>
  event?.type === EVENT_ID.SCALAR ? event.valueStart : event?.type === EVENT_ID.ALIAS ? event.anchorStart : 0;

/** Maps each alias to the node that its anchor names at that place. @throws YamlError if there is none. */
function aliasTargets(text: string, events: readonly Event[]): ReadonlyMap<number, number> {
  const targets = new Map<number, number>();
  const anchors = new Map<string, number>();
  for (const [i, event] of events.entries()) {
    if (event.type === EVENT_ID.ALIAS) {
      const name = text.slice(event.anchorStart, event.anchorEnd);
      const target = anchors.get(name);
      if (target === undefined) throw new YamlError(`unknown anchor '${name}' referenced`);
      targets.set(i, target);
    } else if ((event.type === EVENT_ID.SCALAR || event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING) && event.anchorStart >= 0) {
      anchors.set(text.slice(event.anchorStart, event.anchorEnd), i);
    }
  }
  return targets;
}

/** Prints a value as Go does in its errors, cut where it gets long. */
function goText(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null';
  const text = json.length > 200 ? `${json.slice(0, 200)}…` : json;
  return Array.isArray(value) ? `[]interface {}${text}` : `map[interface {}]interface {}${text}`;
}
