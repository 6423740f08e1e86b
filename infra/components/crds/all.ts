import * as apisix from "infra/components/crds/apisix.ts";
import * as certManager from "infra/components/crds/cert_manager.ts";
import type { CustomKind } from "infra/components/crds/define.ts";
import * as gateway from "infra/components/crds/gateway.ts";
import * as keda from "infra/components/crds/keda.ts";
import * as vault from "infra/components/crds/vault.ts";

const isKind = (value: object): value is CustomKind => "kind" in value && "plural" in value;

/** Every kind of custom resource that components make. */
export const CUSTOM_KINDS: readonly CustomKind[] = [apisix, certManager, gateway, keda, vault]
  .flatMap((module) => Object.values(module).filter(isKind));
