import { instance } from "@viz-js/viz";
import type { DrawnEdge, DrawnGraph, DrawnNode } from "lib/concourse/draw/graph.ts";

const FONT = { fontname: "Helvetica,Arial,sans-serif", fontsize: 11 };

const JOB = { shape: "box", style: "filled", fillcolor: "#dcebdc", color: "#3f7f4f" };
const RESOURCE = { shape: "box", style: "filled,rounded", fillcolor: "#eef0f4", color: "#8890a0" };

/** Lines by what they are: whole where a new version starts the job, broken where a person does. */
function lineOf({ kind, trigger, label }: DrawnEdge) {
  const style = kind === "put" ? "dotted" : trigger ? "solid" : "dashed";
  const color = kind === "put" ? "#8890a0" : trigger ? "#3f7f4f" : "#555555";
  return { style, color, ...(label ? { label, fontcolor: "#555555", fontsize: 9 } : {}) };
}

function nodeOf({ id, kind, name, type }: DrawnNode) {
  const label = type === undefined ? name : `${name}\n${type}`;
  return {
    name: id,
    attributes: { ...kind === "job" ? JOB : RESOURCE, label, tooltip: `${kind} ${name}` },
  };
}

/**
 * Draws a pipeline, from left to right: jobs green, resources grey and round, groups in frames. A whole
 * line starts the job by itself, a broken one waits for a person, a dotted one is a put.
 *
 * @param title Stands below
 * @returns A whole SVG document
 */
export async function drawSvg({ nodes, edges }: DrawnGraph, title: string): Promise<string> {
  const viz = await instance();
  const groups = new Map<string, DrawnNode[]>();
  for (const node of nodes) {
    if (node.group === undefined) continue;
    groups.set(node.group, [...groups.get(node.group) ?? [], node]);
  }
  return viz.renderString({
    graphAttributes: {
      rankdir: "LR",
      label: title,
      labelloc: "b",
      ranksep: 0.6,
      nodesep: 0.25,
      bgcolor: "white",
      ...FONT,
    },
    nodeAttributes: { ...FONT, margin: "0.25,0.08" },
    edgeAttributes: { ...FONT, arrowsize: 0.7 },
    nodes: nodes.filter(({ group }) => group === undefined).map(nodeOf),
    subgraphs: [...groups].map(([name, members]) => ({
      name: `cluster_${name}`,
      graphAttributes: { label: name, labelloc: "t", color: "#b0b4c0", style: "rounded", ...FONT },
      nodes: members.map(nodeOf),
    })),
    edges: edges.map((edge) => ({ tail: edge.from, head: edge.to, attributes: lineOf(edge) })),
  }, { format: "svg" });
}
