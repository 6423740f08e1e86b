/**
 * Leaves out of Pulumi's SDK what serialises functions: TypeScript's compiler and npm's arborist, which
 * are more than half of the time that it takes to load it. Functions are not serialised here: that hangs
 * under Deno, and the lint plugin forbids it. The automation API, of which only the server is used, and
 * that by its own path, is left out too.
 *
 * It has to be imported before the SDK is, and does its work by being imported.
 *
 * @module
 */
import { Module } from "node:module";

/** What only `@pulumi/pulumi/runtime/closure` requires, and the last only the SDK's index. */
const LEFT_OUT = /^(@npmcli\/arborist|normalize-package-data|.*\/typescript-shim|\.\/automation)$/;

// deno-lint-ignore no-explicit-any
const loader = Module as any;
const load = loader._load;
loader._load = (id: string, ...rest: unknown[]) =>
  LEFT_OUT.test(id) ? {} : load.call(loader, id, ...rest);
