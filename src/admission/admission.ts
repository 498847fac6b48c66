import type { GroupVersionKind, GroupVersionResource } from '../apimachinery/group-version.js';
import type { UserInfo } from '../apimachinery/user-info.js';
import type { KubeObject } from '../registry/object.js';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** What a plug-in is told about a request (Go: admission.Attributes). */
export interface Attributes {
  readonly operation: Operation;
  /** The new object; absent on DELETE. Mutating plug-ins change it in place. */
  readonly object: KubeObject | undefined;
  /** The stored object on UPDATE and DELETE. Never changed. */
  readonly oldObject: KubeObject | undefined;
  /** Kind and resource of the request's version. */
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  readonly subresource: string;
  /** For a Namespace, its own name. */
  readonly namespace: string;
  /** May be empty on CREATE with generateName. */
  readonly name: string;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** The request's options in JSON form (CreateOptions, …), as webhooks are told. */
  readonly options: Readonly<Record<string, unknown>>;
  warn(text: string): void;
  annotate(key: string, value: string): void;
}

/**
 * A plug-in refuses by throwing a StatusError. Synchronous where it can be:
 * plug-ins run on every write.
 */
export interface AdmissionPlugin {
  /** The upstream name, for --enable-admission-plugins. */
  readonly name: string;
  handles(operation: Operation): boolean;
  admit?(attributes: Attributes): Promise<void> | void;
  validate?(attributes: Attributes): Promise<void> | void;
}

/** The plug-ins of a server in their order: first all that change, later all that check. */
export class AdmissionChain {
  private readonly mutating: readonly AdmissionPlugin[];
  private readonly validating: readonly AdmissionPlugin[];

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.mutating = plugins.filter((plugin) => plugin.admit !== undefined);
    this.validating = plugins.filter((plugin) => plugin.validate !== undefined);
  }

  async admit(attributes: Attributes): Promise<void> {
    for (const plugin of this.mutating) {
      if (!plugin.handles(attributes.operation)) continue;
      const done = plugin.admit?.(attributes);
      if (done instanceof Promise) await done;
    }
  }

  async validate(attributes: Attributes): Promise<void> {
    for (const plugin of this.validating) {
      if (!plugin.handles(attributes.operation)) continue;
      const done = plugin.validate?.(attributes);
      if (done instanceof Promise) await done;
    }
  }
}
