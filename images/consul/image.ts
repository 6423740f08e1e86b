/** Consul servers. */
import { defineImage } from "lib/images/image.ts";
import { baseline } from "images/components/baseline.ts";
import { consul } from "images/components/consul.ts";

export default defineImage({
  name: "consul",
  purpose: "Consul servers",
  nodeTypes: ["server"],
  components: () => [baseline(), consul({ mode: "server" })],
  budget: { sizeMiB: 1400, openPorts: [8300, 8301] },
});
