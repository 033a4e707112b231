/**
 * For tests: an nftables table in memory. It runs the commands that the ledger writes, refuses what the kernel would refuse, and judges packets.
 * It knows the statements and expressions that network policies use, and throws on any other.
 */
export interface TableModel {
  /** Runs the commands of one transaction. @throws Error for a command that the kernel would refuse. */
  apply(transaction: string): void;
  /** Returns the table's verdict on a packet that the node forwards. */
  judge(packet: Packet): 'accept' | 'drop';
  /** Everything in the table, sorted: equal tables have equal lines. */
  lines(): string[];
}

export interface Packet {
  readonly from: string;
  readonly to: string;
  /** As nftables names it: `tcp`, or `icmp`, which has no port. */
  readonly protocol: string;
  readonly port: number;
  readonly isEstablished?: boolean;
  /** It came from a pod's link with a source that is not the pod's. */
  readonly isSpoofed?: boolean;
}

type Verdict = 'accept' | 'drop' | 'continue';

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** Whether `value` is in the text of an anonymous set, `a, b-c`. */
const isIn = (value: number, set: string, parse: (text: string) => number): boolean =>
  set.split(', ').some((range) => {
    const [first = '', last = first] = range.split('-');
    return parse(first) <= value && value <= parse(last);
  });

export function createTableModel(table: string): TableModel {
  const chains = new Map<string, string[]>();
  const collections = new Map<string, Map<string, string>>();
  const counters = new Set<string>();

  const existing = <T>(map: ReadonlyMap<string, T>, name: string): T => {
    const found = map.get(name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };
  const references = (): string[] => [...[...chains.values()].flat(), ...[...collections.values()].flatMap((elements) => [...elements.values()])];
  const isReferred = (name: string): boolean => references().some((text) => text.split(' ').includes(name));
  const checkReferences = (text: string) => {
    for (const [, name = ''] of text.matchAll(/@(\S+)/g)) existing(collections, name);
    for (const [, name = ''] of text.matchAll(/(?:jump|goto) (\S+)/g)) existing(chains, name);
    for (const [, name = ''] of text.matchAll(/counter name (\S+)/g)) if (!counters.has(name)) throw new Error(`there is no counter ${name}`);
  };
  const elements = (text: string) =>
    text
      .split(', ')
      .map((each) => each.split(' : '))
      .map(([key = '', value = '']) => [key, value] as const);

  const commands: readonly [RegExp, (...parts: string[]) => void][] = [
    [/^add table$/, () => {}],
    [
      /^delete table$/,
      () => {
        for (const part of [chains, collections, counters]) part.clear();
      },
    ],
    [
      /^add set (\S+) \{ .* \}$/,
      (name) => {
        if (!collections.has(name)) collections.set(name, new Map());
      },
    ],
    [
      /^delete set (\S+)$/,
      (name) => {
        existing(collections, name);
        if (isReferred(`@${name}`)) throw new Error(`the set ${name} is in use`);
        collections.delete(name);
      },
    ],
    [
      /^add chain (\S+)$/,
      (name) => {
        if (!chains.has(name)) chains.set(name, []);
      },
    ],
    [/^flush chain (\S+)$/, (name) => void existing(chains, name).splice(0)],
    [
      /^delete chain (\S+)$/,
      (name) => {
        if (existing(chains, name).length > 0 || isReferred(name)) throw new Error(`the chain ${name} is in use`);
        chains.delete(name);
      },
    ],
    [
      /^add rule (\S+) (.+)$/,
      (name, rule) => {
        checkReferences(rule);
        existing(chains, name).push(rule);
      },
    ],
    [
      /^add element (\S+) \{ (.*) \}$/,
      (name, text) => {
        const collection = existing(collections, name);
        for (const [key, value] of elements(text)) {
          checkReferences(value);
          if ((collection.get(key) ?? value) !== value) throw new Error(`${name} has another value for ${key}`);
          collection.set(key, value);
        }
      },
    ],
    [
      /^delete element (\S+) \{ (.*) \}$/,
      (name, text) => {
        const collection = existing(collections, name);
        for (const [key] of elements(text)) if (!collection.delete(key)) throw new Error(`${name} has no ${key}`);
      },
    ],
  ];
  const runCommand = (line: string) => {
    const text = line.replace(` ${table}`, '');
    for (const [pattern, run] of commands) {
      const match = pattern.exec(text);
      if (match) return run(...match.slice(1));
    }
    throw new Error(`not a command that the model knows: ${line}`);
  };
  /** The body of `table NAME { … }`: declarations, and chains with a rule a line. */
  const runBlock = (body: readonly string[]) => {
    let current: string[] | undefined;
    for (const line of body) {
      const declared = /^(map|set|counter|chain) (\S+) \{/.exec(line);
      if (current && line === '}') current = undefined;
      else if (current) {
        if (line.startsWith('type filter hook')) continue;
        checkReferences(line);
        current.push(line);
      } else if (declared?.[1] === 'chain') {
        current = [];
        chains.set(declared[2] ?? '', current);
      } else if (declared?.[1] === 'counter') counters.add(declared[2] ?? '');
      else if (declared) collections.set(declared[2] ?? '', new Map());
      else throw new Error(`not a declaration that the model knows: ${line}`);
    }
  };

  /** Expressions that a rule begins with; each is true, or false, for a packet. */
  const expressions: readonly [RegExp, (packet: Packet, ...parts: string[]) => boolean][] = [
    [/^ct state established,related/, (packet) => packet.isEstablished === true],
    [/^iifname "veth\*" fib saddr \. iif oif missing/, (packet) => packet.isSpoofed === true],
    [/^ip saddr \. ip daddr @(\S+)/, ({ from, to }, set) => existing(collections, set).has(`${from} . ${to}`)],
    [
      /^ip daddr \. meta l4proto \. th dport @(\S+)/,
      ({ to, protocol, port }, set) => existing(collections, set).has(`${to} . ${protocol} . ${port}`),
    ],
    [/^ip (saddr|daddr) @(\S+)/, ({ from, to }, field, set) => existing(collections, set).has(field === 'saddr' ? from : to)],
    [/^ip (saddr|daddr) \{ (.*?) \}/, ({ from, to }, field, set) => isIn(numberOf(field === 'saddr' ? from : to), set, numberOf)],
    [/^meta l4proto (\S+)/, ({ protocol }, wanted) => protocol === wanted],
    [/^(tcp|udp|sctp) dport \{ (.*?) \}/, ({ protocol, port }, wanted, set) => protocol === wanted && isIn(port, set, Number)],
    [/^counter name (\S+)/, () => true],
  ];
  /** Runs a verdict. `returned`: a chain that was gone to has ended, and so has the one that it was gone from. */
  const runVerdict = (verdict: string, packet: Packet): Verdict | 'returned' => {
    if (verdict === 'accept' || verdict === 'drop') return verdict;
    const [, how, name = ''] = /^(jump|goto) (\S+)$/.exec(verdict) ?? [];
    if (how === undefined) throw new Error(`not a verdict that the model knows: ${verdict}`);
    const end = runChain(name, packet);
    return end === 'continue' && how === 'goto' ? 'returned' : end;
  };
  const runRule = (rule: string, packet: Packet): Verdict | 'returned' => {
    let rest = rule;
    for (;;) {
      const lookup = /^ip (saddr|daddr) vmap @(\S+)$/.exec(rest);
      if (lookup) {
        const verdict = existing(collections, lookup[2] ?? '').get(lookup[1] === 'saddr' ? packet.from : packet.to);
        return verdict === undefined ? 'continue' : runVerdict(verdict, packet);
      }
      const found = expressions.map(([pattern, holds]) => ({ match: pattern.exec(rest), holds })).find(({ match }) => match);
      if (!found?.match) return runVerdict(rest, packet);
      if (!found.holds(packet, ...found.match.slice(1))) return 'continue';
      rest = rest.slice(found.match[0].length).trim();
    }
  };
  const runChain = (name: string, packet: Packet): Verdict => {
    for (const rule of existing(chains, name)) {
      const verdict = runRule(rule, packet);
      if (verdict === 'returned') return 'continue';
      if (verdict !== 'continue') return verdict;
    }
    return 'continue';
  };

  return {
    apply(transaction) {
      const lines = transaction.split('\n').filter((line) => line !== '');
      for (let at = 0; at < lines.length; at++) {
        const line = lines[at] ?? '';
        if (line !== `table ${table} {`) {
          runCommand(line);
          continue;
        }
        const begin = at + 1;
        for (let depth = 1; depth > 0; ) {
          const next = lines[++at];
          if (next === undefined) throw new Error('the block of the table does not end');
          if (next.endsWith('{')) depth++;
          else if (next === '}') depth--;
        }
        runBlock(lines.slice(begin, at));
      }
    },
    judge: (packet) => (['egress', 'ingress'].some((chain) => runChain(chain, packet) === 'drop') ? 'drop' : 'accept'),
    lines: () =>
      [
        ...[...chains].map(([name, rules]) => `chain ${name}: ${rules.join('; ')}`),
        ...[...collections].flatMap(([name, entries]) => [`collection ${name}`, ...[...entries].map(([key, value]) => `${name} ${key} ${value}`)]),
      ].sort(),
  };
}
