/** Vault servers. */
import { defineImage } from "lib/images/image.ts";
import { baseline } from "images/components/baseline.ts";
import { vault } from "images/components/vault.ts";

export default defineImage({
  name: "vault",
  purpose: "Vault servers with integrated storage",
  nodeTypes: ["server"],
  components: () => [baseline(), vault()],
  budget: { sizeMiB: 1400, openPorts: [8200, 8201] },
});
