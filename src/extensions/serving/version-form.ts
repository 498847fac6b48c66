import { asJson, asObject, type KubeObject } from '../../registry/object.js';
import type { VersionConversion } from '../../registry/resource.js';
import { fillDefaults } from '../../schema/custom/defaults.js';
import { coerceEmbedded } from '../../schema/custom/object-meta.js';
import { prune } from '../../schema/custom/prune.js';
import type { JsonObject } from '../../schema/type.js';
import type { SchemaSet, VersionSchema } from './schema-set.js';
import { sortedObject } from '../../schema/custom/sorted.js';

/** Brings an object into another version; takes and gives the whole object. */
export type ConvertVersion = (object: JsonObject, apiVersion: string) => JsonObject;

/** Strategy None: only apiVersion changes. */
export const convertNone: ConvertVersion = (object, apiVersion) => ({ ...object, apiVersion });

/**
 * How one served version sees what is stored (Go: crdConversionRESTOptionsGetter
 * and its codec). Stored objects are as the definition had it when they were
 * written, so reading prunes and defaults by the schema of today: what was
 * stored, by its own version first, then by the version asked for. Nearly always
 * nothing changes, and the stored object itself comes out.
 */
export class VersionForm implements VersionConversion {
  private readonly opened = new WeakMap<KubeObject, KubeObject>();

  constructor(
    readonly name: string,
    private readonly schemas: SchemaSet,
    private readonly version: VersionSchema,
    private readonly convert: ConvertVersion,
  ) {}

  fromStorage(object: KubeObject): KubeObject {
    let opened = this.opened.get(object);
    if (opened === undefined) {
      opened = asObject(this.read(asJson(object)));
      this.opened.set(object, opened);
    }
    return opened;
  }

  /** In the storage version, with sorted keys and a place for the resourceVersion, which the storage fills in. */
  toStorage(object: KubeObject): KubeObject {
    const stored = this.schemas.versions.get(this.schemas.storageVersion);
    let json = asJson(object);
    if (stored !== undefined && stored !== this.version) json = this.fit(this.convert(json, stored.apiVersion), stored, false);
    const { metadata } = json as { metadata: JsonObject };
    if (!Object.hasOwn(metadata, 'resourceVersion')) json = { ...json, metadata: { ...metadata, resourceVersion: undefined } };
    return asObject(sortedObject(json));
  }

  private read(object: JsonObject): JsonObject {
    const stored = this.schemas.versionOf(object);
    let read = object;
    if (stored !== undefined) read = fillDefaults(this.fit(object, stored, true), stored.structural);
    if (stored !== this.version) read = this.fit(this.convert(read, this.version.apiVersion), this.version, false);
    return read === object ? object : sortedObject(read);
  }

  private fit(object: JsonObject, { structural }: VersionSchema, dropInvalid: boolean): JsonObject {
    const pruned = this.schemas.preserveUnknownFields ? object : prune(object, structural, true);
    return coerceEmbedded(pruned, structural, false, { dropInvalid });
  }
}
