import type { Configured } from "lib/images/compose.ts";
import type { Inventory } from "lib/images/inventory.ts";

/** What a bill of materials is about. */
export interface SbomSubject {
  readonly image: string;
  /** The build's identifier: `vault-server-CI-20261123120000`. */
  readonly build: string;
  /** When it was built. */
  readonly at: Date;
  /** A UUID that is this document's own. */
  readonly serial: string;
}

/**
 * A CycloneDX 1.6 bill of materials from a machine's package database and the releases that its
 * components installed.
 *
 * @see {@link https://cyclonedx.org/docs/1.6/json/}
 */
export function makeSbom(
  subject: SbomSubject,
  inventory: Inventory,
  components: readonly Configured[],
): Record<string, unknown> {
  const { os } = inventory;
  const packages = inventory.packages.map(({ name, version, architecture, source }) => {
    const purl = `pkg:deb/${os.id}/${encodeURIComponent(name)}@${
      encodeURIComponent(version)
    }?arch=${architecture}&distro=${os.id}-${os.version}`;
    return {
      type: "library",
      "bom-ref": purl,
      name,
      version,
      purl,
      ...(source === name ? {} : { properties: [{ name: "debian:source", value: source }] }),
    };
  });
  const releases = components.flatMap(({ component, settings }) => {
    const { version, url, sha256 } = settings;
    if (typeof version !== "string" || typeof sha256 !== "string") return [];
    const purl = `pkg:generic/${encodeURIComponent(component.name)}@${encodeURIComponent(version)}`;
    return [{
      type: "application",
      "bom-ref": purl,
      name: component.name,
      version,
      purl,
      hashes: [{ alg: "SHA-256", content: sha256 }],
      externalReferences: [{
        type: "distribution",
        url: String(url).replaceAll("{version}", version),
      }],
    }];
  });
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${subject.serial}`,
    version: 1,
    metadata: {
      timestamp: subject.at.toISOString(),
      component: {
        type: "operating-system",
        "bom-ref": subject.build,
        name: subject.image,
        version: subject.build,
      },
    },
    components: [...releases, ...packages],
  };
}
