import { apiVersionOf, type GroupVersionKind } from '../../apimachinery/group-version.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { internalError, StatusError } from '../../apimachinery/status.js';
import { asJson, withKind, type KubeObject } from '../../registry/object.js';
import type { JsonObject } from '../../schema/type.js';
import type { Attributes } from '../admission.js';
import { convertObject, type Equivalent, type ServedVersions } from './equivalents.js';

/** The objects of a request in one version. */
export interface ObjectPair {
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
}

/** The objects of a request in the versions that webhooks and policies want, each converted once (Go: admission.VersionedAttributes). */
export class VersionedObjects {
  private readonly known = new Map<string, Promise<ObjectPair>>();

  constructor(
    private readonly versions: ServedVersions,
    private readonly attributes: Attributes,
  ) {}

  as(equivalent: Equivalent): Promise<ObjectPair> {
    const { kind } = equivalent;
    const key = `${kind.group}/${kind.version}/${kind.kind}`;
    let pair = this.known.get(key);
    if (pair === undefined) this.known.set(key, (pair = this.convert(equivalent)));
    return pair;
  }

  /** Puts an object of one version in the place of the request's, in which everybody sees it; true if it differs. */
  async replace(equivalent: Equivalent, object: KubeObject): Promise<boolean> {
    const { attributes } = this;
    const { object: before } = await this.as(equivalent);
    const changed = !semanticEqual(before, object);
    const own = sameKind(equivalent.kind, attributes.kind)
      ? object
      : await convertObject(this.versions, object, equivalent.resource, attributes.resource);
    if (attributes.object !== undefined) become(attributes.object, own);
    this.known.clear();
    return changed;
  }

  private async convert({ kind, resource }: Equivalent): Promise<ObjectPair> {
    const { object, oldObject } = this.attributes;
    if (sameKind(kind, this.attributes.kind)) return { object, oldObject };
    const convert = async (given: KubeObject | undefined): Promise<KubeObject | undefined> =>
      given === undefined ? undefined : await convertObject(this.versions, given, this.attributes.resource, resource);
    try {
      return { object: await convert(object), oldObject: await convert(oldObject) };
    } catch (error) {
      if (!(error instanceof StatusError) || error.status.reason === 'InternalError') throw error;
      throw internalError(error.message);
    }
  }
}

function sameKind(a: GroupVersionKind, b: GroupVersionKind): boolean {
  return a.kind === b.kind && apiVersionOf(a) === apiVersionOf(b);
}

/** An object as JSON that says what it is. */
export function shownTo(object: KubeObject | undefined): JsonObject | null {
  return object === undefined ? null : asJson(withKind(object, object.kind, object.apiVersion));
}

/** The object belongs to the request; whoever holds it sees the change. */
function become(target: KubeObject, source: KubeObject): void {
  const record = target as unknown as Record<string, unknown>;
  for (const key of Object.keys(record)) Reflect.deleteProperty(record, key);
  Object.assign(record, source);
}
