import { mayHaveLoneSurrogates, parseExactJson, wellFormedJson } from '../exact-json.ts';
import { setOwn } from '../json.ts';
import type { Steps } from '../steps.ts';
import { markLong, parsedKeys, unmarkLong } from './long-values.ts';
import { endOfString } from './string-end.ts';

/** A text whose brackets are nested deeper than is allowed. */
export class TooDeepError extends Error {}

/** An object or list that is read in pieces has more members than are allowed. */
export class TooManyMembersError extends Error {}

export interface ParseOptions {
  /** The deepest nesting of brackets that is read. */
  readonly maxDepth: number;
  /** Characters that are parsed in one step, at least; a single string or number is never divided. Default: 16 Ki. */
  readonly pieceLength?: number;
  /** The most keys of one object that is read in pieces. Default: any number. */
  readonly maxKeys?: number;
  /** The most items of one list that is read in pieces. Default: any number. */
  readonly maxItems?: number;
}

const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

const PIECE_LENGTH = 16 * 1024;

/**
 * Parses JSON piece by piece and gives the value that JSON.parse gives, with integers of 64 bits exact and U+FFFD in the place of lone
 * surrogates. JSON.parse takes about a microsecond per distinct key, and cannot pause.
 *
 * One pass finds the members of objects and lists. As many as fill a piece are parsed together and put into their container. A container is
 * read as part of a piece, unless it is longer than one; then it is marked as long.
 * @throws SyntaxError, TooDeepError, TooManyMembersError
 */
export function* parseSteps(text: string, options: ParseOptions): Steps<unknown> {
  const { maxDepth, pieceLength = PIECE_LENGTH } = options;
  const reader = new Reader(text, options);
  let pause = pieceLength;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at + 1);
        break;
      case OPEN_BRACE:
        if (reader.open(at, true) > maxDepth) throw new TooDeepError();
        break;
      case OPEN_BRACKET:
        if (reader.open(at, false) > maxDepth) throw new TooDeepError();
        break;
      case CLOSE_BRACE:
        reader.close(at, true);
        break;
      case CLOSE_BRACKET:
        reader.close(at, false);
        break;
      case COMMA:
        reader.comma(at, pieceLength);
    }
    if (at < pause) continue;
    pause = at + pieceLength;
    reader.divide(at - 2 * pieceLength);
    yield;
  }
  return reader.end();
}

/** An object or list that has begun and not ended. */
interface Level {
  readonly isObject: boolean;
  /** The index of its bracket. */
  readonly at: number;
  /** The index at which the present member begins. */
  member: number;
  /** Set once the container is read in pieces. */
  pieces: Pieces | undefined;
}

/** The state of a container whose members are read in pieces. */
interface Pieces {
  readonly container: Record<string, unknown> | unknown[];
  /** The keys of its members so far, if it is an object. */
  readonly keys: string[];
  /** The index from which members have not been parsed. */
  from: number;
  /** Whether a comma stands before that index, so that a member must follow. */
  afterComma: boolean;
  /** Whether it has members so far. */
  hasMembers: boolean;
  /** Whether a container that was read in pieces ended there, so that a comma or the end must follow. */
  afterChild: boolean;
}

class Reader {
  private readonly text: string;
  private readonly maxKeys: number;
  private readonly maxItems: number;
  private readonly levels: Level[] = [];
  /** The number of outer levels that are read in pieces. */
  private divided = 0;
  /** The value of the text, once it is read in pieces, and the index behind it. */
  private root: { readonly value: unknown; end: number } | undefined;

  constructor(text: string, { maxKeys = Number.POSITIVE_INFINITY, maxItems = Number.POSITIVE_INFINITY }: ParseOptions) {
    this.text = text;
    this.maxKeys = maxKeys;
    this.maxItems = maxItems;
  }

  /** Returns the depth. */
  open(at: number, isObject: boolean): number {
    return this.levels.push({ isObject, at, member: at + 1, pieces: undefined });
  }

  comma(at: number, pieceLength: number): void {
    const level = this.levels.at(-1);
    if (!level) throw new SyntaxError('a comma outside of all brackets');
    const { pieces } = level;
    if (pieces && (pieces.afterChild || at - pieces.from >= pieceLength)) this.take(level, pieces, at, true);
    level.member = at + 1;
  }

  close(at: number, isObject: boolean): void {
    const level = this.levels.pop();
    if (level?.isObject !== isObject) throw new SyntaxError('a bracket that closes none');
    if (!level.pieces) return;
    this.take(level, level.pieces, at, false);
    if (!level.pieces.hasMembers) unmarkLong(level.pieces.container);
    else if (isObject) parsedKeys.note(level.pieces.container, level.pieces.keys);
    this.divided--;
    const parent = this.levels.at(-1)?.pieces;
    if (parent) {
      parent.from = at + 1;
      parent.afterChild = true;
    } else if (this.root) this.root.end = at + 1;
  }

  /** Begins to read in pieces all containers that are open, if what is not parsed yet begins before the index. */
  divide(before: number): void {
    const inner = this.levels[this.divided - 1];
    if (this.levels.length === this.divided || (inner?.pieces?.from ?? 0) >= before) return;
    for (let i = this.divided; i < this.levels.length; i++) {
      const level = this.levels[i];
      if (!level) return;
      const container = markLong(level.isObject ? {} : []);
      this.attach(this.levels[i - 1], level.at, container);
      level.pieces = { container, keys: [], from: level.at + 1, afterComma: false, hasMembers: false, afterChild: false };
    }
    this.divided = this.levels.length;
  }

  /** Puts a new container into the one around it, behind the members before it. */
  private attach(parent: Level | undefined, at: number, container: unknown): void {
    if (!parent?.pieces) {
      if (this.root) throw new SyntaxError('two values');
      blank(this.text.slice(0, at));
      this.root = { value: container, end: this.text.length };
      return;
    }
    const { pieces, member } = parent;
    if (member > pieces.from) this.take(parent, pieces, member - 1, true);
    if (pieces.afterChild) throw new SyntaxError('two values without a comma');
    // The key before the container is read as that of a number.
    const key = parsed(`${this.text.slice(member, at)}0`, parent.isObject);
    if (Array.isArray(pieces.container)) pieces.container.push(container);
    else for (const name of Object.keys(key)) setNoted(pieces.container, name, container, pieces.keys);
    pieces.from = at;
    pieces.hasMembers = true;
  }

  /** Parses the members up to the index, at which a comma or the container's end stands. */
  private take(level: Level, pieces: Pieces, to: number, isComma: boolean): void {
    const text = this.text.slice(pieces.from, to);
    if (pieces.afterChild) blank(text);
    else {
      const members = parsed(text, level.isObject);
      const count = this.put(members, pieces);
      if (count > 0) pieces.hasMembers = true;
      else if (isComma || pieces.afterComma) throw new SyntaxError('a comma without a member');
    }
    pieces.from = to + 1;
    pieces.afterComma = isComma;
    pieces.afterChild = false;
  }

  /** Puts members into the container, unless that would hold too many then; returns their number. */
  private put(members: object, { container, keys: known }: Pieces): number {
    if (Array.isArray(container)) {
      const items = members as unknown[];
      if (container.length + items.length > this.maxItems) throw new TooManyMembersError();
      for (const item of items) container.push(item);
      return items.length;
    }
    const fields = members as Record<string, unknown>;
    const keys = Object.keys(fields);
    if (known.length + keys.length > this.maxKeys) throw new TooManyMembersError();
    for (const key of keys) setNoted(container, key, fields[key], known);
    return keys.length;
  }

  end(): unknown {
    if (this.levels.length > 0) throw new SyntaxError('a bracket that is not closed');
    if (!this.root) return wellFormed(this.text);
    blank(this.text.slice(this.root.end));
    return this.root.value;
  }
}

/** @throws SyntaxError */
function blank(text: string): void {
  if (!/^[ \t\r\n]*$/.test(text)) throw new SyntaxError('a value where none belongs');
}

const wellFormed = (text: string): unknown => {
  const value = parseExactJson(text);
  return mayHaveLoneSurrogates(text) ? wellFormedJson(value) : value;
};

/** Parses members of an object or list. */
const parsed = (members: string, isObject: boolean): object => wellFormed(isObject ? `{${members}}` : `[${members}]`) as object;

/** Sets a member, and adds its key to those known unless it stands there twice. */
function setNoted(container: Record<string, unknown>, key: string, value: unknown, known: string[]): void {
  if (!Object.hasOwn(container, key)) known.push(key);
  setOwn(container, key, value);
}
