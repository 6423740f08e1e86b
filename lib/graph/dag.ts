import { Problem } from "lib/schema/problem.ts";

/** A directed graph without cycles: each node with the nodes that it needs. */
export type Dag = ReadonlyMap<string, readonly string[]>;

/**
 * The nodes of a cycle in walking order, the first repeated at the end, or `undefined`.
 *
 * @param graph Edges to nodes outside the graph are passed over
 */
export function findCycle(graph: Dag): string[] | undefined {
  const done = new Set<string>();
  for (const start of graph.keys()) {
    if (done.has(start)) continue;
    const path: string[] = [];
    const onPath = new Set<string>();
    // Each frame walks the needs of one node; recursion would overflow on a long chain.
    const frames = [{ node: start, next: 0 }];
    path.push(start);
    onPath.add(start);
    while (frames.length > 0) {
      const frame = frames.at(-1)!;
      const needed = (graph.get(frame.node) ?? [])[frame.next++];
      if (needed === undefined) {
        frames.pop();
        path.pop();
        onPath.delete(frame.node);
        done.add(frame.node);
      } else if (onPath.has(needed)) {
        return [...path.slice(path.indexOf(needed)), needed];
      } else if (!done.has(needed) && graph.has(needed)) {
        frames.push({ node: needed, next: 0 });
        path.push(needed);
        onPath.add(needed);
      }
    }
  }
  return undefined;
}

/**
 * The nodes in an order in which everything needed comes first; otherwise as given.
 *
 * @throws {Problem} printing the path of a cycle
 */
export function topologicalOrder(graph: Dag): string[] {
  const cycle = findCycle(graph);
  if (cycle) throw new Problem(`Dependencies form a cycle: ${cycle.join(" → ")}`);
  const order: string[] = [];
  const seen = new Set<string>();
  for (const start of graph.keys()) {
    const frames = [{ node: start, next: 0 }];
    while (frames.length > 0) {
      const frame = frames.at(-1)!;
      if (frame.next === 0 && seen.has(frame.node)) {
        frames.pop();
        continue;
      }
      const needed = (graph.get(frame.node) ?? [])[frame.next++];
      if (needed === undefined) {
        frames.pop();
        if (!seen.has(frame.node)) order.push(frame.node);
        seen.add(frame.node);
      } else if (graph.has(needed) && !seen.has(needed)) {
        frames.push({ node: needed, next: 0 });
      }
    }
  }
  return order;
}

/** The graph with every arrow turned round; edges to nodes outside it are dropped. */
export function reverse(graph: Dag): Dag {
  const reversed = new Map<string, string[]>([...graph.keys()].map((node) => [node, []]));
  for (const [node, needs] of graph) for (const needed of needs) reversed.get(needed)?.push(node);
  return reversed;
}

/** Everything reachable from the nodes, themselves included: with needs as edges, all they need. */
export function closure(graph: Dag, nodes: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const queue = [...nodes];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    queue.push(...(graph.get(node) ?? []));
  }
  return found;
}
