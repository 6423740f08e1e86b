/** Where learners' code runs. */
import { defineImage } from "lib/images/image.ts";
import { baseline } from "images/components/baseline.ts";
import { codejail } from "images/components/codejail.ts";

export default defineImage({
  name: "codejail",
  purpose: "Where learners' code runs, off the network",
  nodeTypes: ["host"],
  components: () => [baseline(), codejail()],
  budget: { sizeMiB: 2200 },
});
