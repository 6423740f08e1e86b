/** Machines that run containers. */
import { defineImage } from "lib/images/image.ts";
import { baseline } from "images/components/baseline.ts";
import { caddy } from "images/components/caddy.ts";
import { dockerEngine } from "images/components/docker.ts";

export default defineImage({
  name: "docker-host",
  purpose: "Machines that run containers behind a web server",
  nodeTypes: ["host"],
  components: () => [baseline(), dockerEngine(), caddy()],
  budget: { sizeMiB: 1800, openPorts: [80, 443] },
});
