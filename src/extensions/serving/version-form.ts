import { asJson, asObject, type KubeObject } from '../../registry/object.js';
import type { StoreForm } from '../../registry/resource.js';
import { fillDefaults } from '../../schema/custom/defaults.js';
import { coerceEmbedded } from '../../schema/custom/object-meta.js';
import { prune } from '../../schema/custom/prune.js';
import type { JsonObject } from '../../schema/type.js';
import type { ObjectConverter } from './conversion.js';
import type { SchemaSet, VersionSchema } from './schema-set.js';
import { sortedObject } from '../../schema/custom/sorted.js';

/**
 * How one served version sees what is stored (Go: crdConversionRESTOptionsGetter
 * and its codec). Stored objects are as the definition had it when they were
 * written, so reading prunes and defaults by the schema of today: what was
 * stored, by its own version first, then by the version asked for. Nearly always
 * nothing changes, and the stored object itself comes out.
 */
export class VersionForm implements StoreForm {
  private readonly opened = new WeakMap<KubeObject, KubeObject>();
  private readonly opening = new WeakMap<KubeObject, Promise<void>>();
  readonly prepare: StoreForm['prepare'];

  constructor(
    readonly name: string,
    private readonly schemas: SchemaSet,
    private readonly version: VersionSchema,
    private readonly converter: ObjectConverter,
  ) {
    if (converter.now === undefined) this.prepare = (objects) => this.openAhead(objects);
    else if (schemas.mayHaveLostVersions) this.prepare = (objects) => this.checkVersions(objects);
  }

  fromStorage(object: KubeObject): KubeObject {
    let opened = this.opened.get(object);
    if (opened === undefined) {
      opened = this.finish(object, this.ownForm(object), (json) => {
        if (this.converter.now === undefined) throw new Error('an object was read before its conversion was waited for');
        return this.converter.now(json, this.version.apiVersion);
      });
      this.opened.set(object, opened);
    }
    return opened;
  }

  /** In the storage version, with sorted keys and a place for the resourceVersion, which the storage fills in. */
  toStorage(object: KubeObject): KubeObject | Promise<KubeObject> {
    const stored = this.schemas.versions.get(this.schemas.storageVersion);
    const json = asJson(object);
    if (stored === undefined || stored === this.version) return closed(json);
    const now = this.converter.now?.(json, stored.apiVersion);
    if (now !== undefined) return closed(this.fit(now, stored, false));
    return this.converter.convert([json], stored.apiVersion).then(([converted = json]) => closed(this.fit(converted, stored, false)));
  }

  /** What has been read once was of a version that there is. */
  private checkVersions(objects: readonly KubeObject[]): undefined {
    for (const object of objects) if (!this.opened.has(object)) this.schemas.checkVersionOf(asJson(object));
  }

  /** Converts what isn't converted yet, all in one go; objects that somebody else waits for are waited for with them. */
  private openAhead(objects: readonly KubeObject[]): Promise<void> | undefined {
    const waiting = objects.filter((object) => !this.opened.has(object) && !this.isOwn(object));
    if (waiting.length === 0) return undefined;
    const fresh = waiting.filter((object) => !this.opening.has(object));
    if (fresh.length > 0) {
      const work = this.convertAll(fresh).finally(() => {
        for (const object of fresh) this.opening.delete(object);
      });
      for (const object of fresh) this.opening.set(object, work);
    }
    return Promise.all(new Set(waiting.map((object) => this.opening.get(object)))).then(() => undefined);
  }

  private async convertAll(objects: readonly KubeObject[]): Promise<void> {
    this.checkVersions(objects);
    const forms = objects.map((object) => this.ownForm(object));
    const converted = await this.converter.convert(forms, this.version.apiVersion);
    objects.forEach((object, i) => {
      const form = forms[i] ?? asJson(object);
      this.opened.set(
        object,
        this.finish(object, form, () => converted[i] ?? form),
      );
    });
  }

  private isOwn(object: KubeObject): boolean {
    return this.schemas.versionOf(asJson(object)) === this.version;
  }

  /** What is stored as the schema of its own version has it today. */
  private ownForm(object: KubeObject): JsonObject {
    const json = asJson(object);
    const stored = this.schemas.versionOf(json);
    return stored === undefined ? json : fillDefaults(this.fit(json, stored, true), stored.structural);
  }

  private finish(object: KubeObject, form: JsonObject, convert: (json: JsonObject) => JsonObject): KubeObject {
    const read = this.isOwn(object) ? form : this.fit(convert(form), this.version, false);
    return read === asJson(object) ? object : asObject(sortedObject(read));
  }

  private fit(object: JsonObject, { structural }: VersionSchema, dropInvalid: boolean): JsonObject {
    const pruned = this.schemas.preserveUnknownFields ? object : prune(object, structural, true);
    return coerceEmbedded(pruned, structural, false, { dropInvalid });
  }
}

function closed(object: JsonObject): KubeObject {
  const { metadata } = object as { metadata: JsonObject };
  const json = Object.hasOwn(metadata, 'resourceVersion') ? object : { ...object, metadata: { ...metadata, resourceVersion: undefined } };
  return asObject(sortedObject(json));
}
