import { apiVersionOf } from '../apimachinery/group-version.js';
import { formatTime } from '../apimachinery/time.js';
import { FieldManager } from '../patch/apply/field-manager.js';
import { setOf, type FieldSet } from '../patch/apply/field-set.js';
import { fieldPath } from '../patch/apply/path-element.js';
import { decodeObject } from '../schema/decode.js';
import { applyLiteralDefaults } from '../schema/default.js';
import type { JsonObject } from '../schema/type.js';
import { asJson, asObject, type KubeObject } from './object.js';
import type { ResourceDefinition, Subresource } from './resource.js';
import type { Strategy } from './strategy.js';

/** Tracks ownership of fields for one endpoint. */
export interface ManagedWrites {
  /** The object with the managedFields that this write gives it. */
  update(live: KubeObject | undefined, object: KubeObject, manager: string): KubeObject;
  /** A configuration merged into the live object, or a new object. */
  apply(live: KubeObject | undefined, config: JsonObject, manager: string, force: boolean): KubeObject;
}

const MANAGERS = new WeakMap<ResourceDefinition, Map<string, ManagedWrites>>();

/** The field manager of a resource's endpoint; made on first use. */
export function fieldManagerFor(
  definition: ResourceDefinition,
  subresource: string,
  strategy: Strategy,
  projection?: Extract<Subresource, { form: 'projection' | 'action' }>,
): ManagedWrites {
  let managers = MANAGERS.get(definition);
  if (managers === undefined) {
    managers = new Map();
    MANAGERS.set(definition, managers);
  }
  let manager = managers.get(subresource);
  if (manager === undefined) {
    manager = createManager(definition, subresource, strategy, projection);
    managers.set(subresource, manager);
  }
  return manager;
}

function createManager(
  definition: ResourceDefinition,
  subresource: string,
  strategy: Strategy,
  projection: Extract<Subresource, { form: 'projection' | 'action' }> | undefined,
): ManagedWrites {
  const gvk = projection?.gvk ?? definition;
  const type = projection?.type ?? definition.type;
  const apiVersion = apiVersionOf(gvk);
  const clock = definition.store?.environment.clock;
  const reset = projection === undefined ? (strategy.resetFields ?? []) : [];
  // The real server merges into a custom resource where a projection of it is called for, and can't convert that.
  const unconvertible =
    definition.custom === true && projection !== undefined ? `request to convert CR to an invalid group/version: ${apiVersion}` : undefined;
  const manager = new FieldManager({
    type,
    apiVersion,
    kind: gvk.kind,
    subresource,
    isCustom: definition.custom,
    noZero: unconvertible && `failed to convert live object (/; ${apiVersion}, Kind=${gvk.kind}) to proper version: ${unconvertible}`,
    resetFields: reset.length === 0 ? undefined : resetInAll(definition.apiVersions ?? [apiVersion], reset),
    versions: projection === undefined ? definition.versionConverter?.() : undefined,
    now: () => formatTime(clock?.now() ?? Date.now()),
    decode: (merged) => {
      if (unconvertible !== undefined) throw new Error(unconvertible);
      if (projection === undefined && definition.codec !== undefined) return definition.codec.complete(merged);
      const { object } = decodeObject(type, merged);
      object['kind'] = gvk.kind;
      object['apiVersion'] = apiVersion;
      applyLiteralDefaults(type, object);
      if (projection === undefined) definition.defaults?.(asObject(object));
      return object;
    },
  });
  return {
    update: (live, object, name) => asObject(manager.updateNoErrors(live === undefined ? undefined : asJson(live), asJson(object), name)),
    apply: (live, config, name, force) => asObject(manager.apply(live === undefined ? undefined : asJson(live), config, name, force)),
  };
}

function resetInAll(apiVersions: readonly string[], paths: readonly (readonly string[])[]): ReadonlyMap<string, FieldSet> {
  const set = setOf(...paths.map((path) => fieldPath(...path)));
  return new Map(apiVersions.map((apiVersion) => [apiVersion, set]));
}
