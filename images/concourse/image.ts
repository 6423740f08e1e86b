/** Concourse web nodes and workers. */
import { defineImage } from "lib/images/image.ts";
import { baseline } from "images/components/baseline.ts";
import { concourse } from "images/components/concourse.ts";

export default defineImage({
  name: "concourse",
  purpose: "Concourse web nodes and workers",
  nodeTypes: ["web", "worker"],
  components: ({ nodeType }) => [
    baseline({ openFiles: 262_144 }),
    concourse({ node: nodeType === "web" ? "web" : "worker" }),
  ],
  budget: { sizeMiB: 4000, openPorts: [8080, 2222] },
});
