import assert from "node:assert/strict";
import fc from "fast-check";
import { closure, findCycle, reverse, topologicalOrder } from "lib/graph/dag.ts";
import { anyDag } from "tests/support/dag.ts";

Deno.test("a cycle is printed as a path that ends where it began", () => {
  const graph = new Map([["a", ["b"]], ["b", ["c"]], ["c", ["a"]], ["d", ["a"]]]);
  assert.deepEqual(findCycle(graph), ["a", "b", "c", "a"]);
  assert.throws(() => topologicalOrder(graph), /cycle: a → b → c → a/);
  assert.deepEqual(findCycle(new Map([["a", ["a"]]])), ["a", "a"]);
});

Deno.test("in topological order all that a node needs comes before it", () => {
  fc.assert(fc.property(anyDag, (graph) => {
    const order = topologicalOrder(graph);
    assert.equal(new Set(order).size, graph.size);
    for (const [node, needs] of graph) {
      for (const needed of needs) assert.ok(order.indexOf(needed) < order.indexOf(node));
    }
  }));
});

Deno.test("a chain of 20,000 does not overflow the stack", () => {
  const chain = new Map(
    Array.from({ length: 20_000 }, (_, index) => [`${index}`, [`${index + 1}`]]),
  );
  assert.equal(topologicalOrder(chain)[0], "19999");
});

Deno.test("reversing twice gives the same arrows", () => {
  fc.assert(fc.property(anyDag, (graph) => {
    const arrows = (dag: ReadonlyMap<string, readonly string[]>) =>
      [...dag].flatMap(([node, needs]) => needs.map((needed) => `${node}→${needed}`)).sort();
    assert.deepEqual(arrows(reverse(reverse(graph))), arrows(graph));
  }));
});

Deno.test("closure holds the nodes and all they need", () => {
  const graph = new Map([["a", ["b"]], ["b", ["c"]], ["c", []], ["d", ["c"]]]);
  assert.deepEqual([...closure(graph, ["a"])].sort(), ["a", "b", "c"]);
});
