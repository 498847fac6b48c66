import { apiVersionOf, type GroupVersionKind } from '../../apimachinery/group-version.js';
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

  /** The object has changed: what was made from it counts no more. */
  forget(): void {
    this.known.clear();
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

export function sameKind(a: GroupVersionKind, b: GroupVersionKind): boolean {
  return a.kind === b.kind && apiVersionOf(a) === apiVersionOf(b);
}

/** An object as JSON that says what it is. */
export function shownTo(object: KubeObject | undefined): JsonObject | null {
  return object === undefined ? null : asJson(withKind(object, object.kind, object.apiVersion));
}
