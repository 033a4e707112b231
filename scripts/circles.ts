/** A directed graph: each node with the nodes that it points to. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

export function graphOf(edges: Iterable<readonly [from: string, to: string]>): Graph {
  const graph = new Map<string, Set<string>>();
  for (const [from, to] of edges) {
    if (!graph.has(to)) graph.set(to, new Set());
    const targets = graph.get(from);
    if (targets) targets.add(to);
    else graph.set(from, new Set([to]));
  }
  return graph;
}

/** A shortest circle through each node that is part of one, each circle once: `[a, b, c]` stands for a → b → c → a. */
export function circlesIn(graph: Graph): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  for (const node of [...graph.keys()].sort()) {
    const circle = shortestCircle(graph, node);
    if (!circle) continue;
    const least = circle.indexOf([...circle].sort()[0] ?? '');
    const turned = [...circle.slice(least), ...circle.slice(0, least)];
    found.set(turned.join('\n'), turned);
  }
  return [...found.values()];
}

function shortestCircle(graph: Graph, start: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  for (let front = [start]; front.length > 0; ) {
    const next: string[] = [];
    for (const node of front) {
      for (const target of graph.get(node) ?? []) {
        if (target === start) return pathTo(node, cameFrom, start);
        if (cameFrom.has(target)) continue;
        cameFrom.set(target, node);
        next.push(target);
      }
    }
    front = next;
  }
  return undefined;
}

function pathTo(end: string, cameFrom: ReadonlyMap<string, string>, start: string): readonly string[] {
  const path = [end];
  for (let node = end; node !== start; ) {
    node = cameFrom.get(node) ?? start;
    path.unshift(node);
  }
  return path;
}
