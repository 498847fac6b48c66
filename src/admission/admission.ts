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
  /** The request's options, parsed; `optionsOf` gives what webhooks and policies are told of them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What plug-ins remember between the two rounds of mutation; without it there is one round. */
  readonly reinvocation?: Reinvocation | undefined;
  warn(text: string): void;
  annotate(key: string, value: string): void;
  /** Arranges what undoes a plug-in's own writes, should this one not come about after all. */
  ifRefused?(undo: () => Promise<void>): void;
}

/**
 * The second round of mutation that a plug-in may ask for (Go:
 * admission.ReinvocationContext): everything runs again, and what reaches out
 * of the server only if it wants to.
 */
export class Reinvocation {
  /** Whether the second round runs. */
  isReinvoke = false;
  /** Set by plug-ins that changed the object in a way that earlier ones have not seen. */
  shouldReinvoke = false;
  private values: Map<string, unknown> | undefined;

  /** What a plug-in keeps under its name; made on first use. */
  state<T>(plugin: string, make: () => T): T {
    this.values ??= new Map();
    let value = this.values.get(plugin) as T | undefined;
    if (value === undefined) this.values.set(plugin, (value = make()));
    return value;
  }
}

/**
 * A plug-in refuses by throwing a StatusError. Synchronous where it can be:
 * plug-ins run on every write.
 */
export interface AdmissionPlugin {
  /** The upstream name, for --enable-admission-plugins. */
  readonly name: string;
  /** The resources it is about, as `<group>/<resource>`; absent means all. */
  readonly resources?: readonly string[] | undefined;
  handles(operation: Operation): boolean;
  admit?(attributes: Attributes): Promise<void> | void;
  validate?(attributes: Attributes): Promise<void> | void;
  /** Begins to follow what the plug-in decides by; returns how to stop. Called once, before the first request. */
  begin?(): Promise<() => void>;
}

type Step = 'admit' | 'validate';

/** Plug-ins by operation, resource and group. Nested, since joined keys would have to be made for every write. */
type Selection = Map<Operation, Map<string, Map<string, readonly AdmissionPlugin[]>>>;

/** The plug-ins of a server in their order: first all that change, later all that check. */
export class AdmissionChain {
  private readonly mutating: Selection = new Map();
  private readonly validating: Selection = new Map();

  constructor(private readonly plugins: readonly AdmissionPlugin[]) {}

  /** Has all plug-ins follow what they decide by; returns how to stop them. */
  async begin(): Promise<() => void> {
    const stops: (() => void)[] = [];
    for (const plugin of this.plugins) if (plugin.begin !== undefined) stops.push(await plugin.begin());
    return () => {
      for (const stop of stops) stop();
    };
  }

  async admit(attributes: Attributes): Promise<void> {
    await this.admitOnce(attributes);
    const { reinvocation } = attributes;
    if (reinvocation?.shouldReinvoke !== true) return;
    reinvocation.isReinvoke = true;
    await this.admitOnce(attributes);
  }

  private async admitOnce(attributes: Attributes): Promise<void> {
    for (const plugin of this.select(this.mutating, attributes, 'admit')) {
      const done = plugin.admit?.(attributes);
      if (done instanceof Promise) await done;
    }
  }

  async validate(attributes: Attributes): Promise<void> {
    for (const plugin of this.select(this.validating, attributes, 'validate')) {
      const done = plugin.validate?.(attributes);
      if (done instanceof Promise) await done;
    }
  }

  /** The plug-ins that care about a resource and an operation; few of them do about any one. */
  private select(known: Selection, { operation, resource }: Attributes, step: Step): readonly AdmissionPlugin[] {
    const found = known.get(operation)?.get(resource.resource)?.get(resource.group);
    if (found !== undefined) return found;
    const about = `${resource.group}/${resource.resource}`;
    const selected = this.plugins.filter(
      (plugin) => plugin[step] !== undefined && plugin.handles(operation) && plugin.resources?.includes(about) !== false,
    );
    child(child(known, operation), resource.resource).set(resource.group, selected);
    return selected;
  }
}

function child<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}
