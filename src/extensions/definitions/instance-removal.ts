import type { Clock } from '../../apimachinery/clock.js';
import { isStatus } from '../../apimachinery/status.js';
import { internalContext } from '../../registry/internal-write.js';
import {
  CLEANUP_FINALIZER,
  isConditionTrue,
  type CustomResourceDefinition,
  type NewCondition,
} from '../../registry/apiextensions/definition.js';
import type { Store } from '../../registry/store.js';
import type { DefinitionWriter } from './definition-writer.js';

/** Milliseconds between looks at whether all instances are gone, and until giving up for now. */
const POLL_INTERVAL = 5000;
const POLL_LIMIT = 60_000;

/** Whose instances are never deleted: built-in resources of the same name keep their objects. */
const BUILTIN: ReadonlySet<string> = new Set(['apiservices.apiregistration.k8s.io', 'customresourcedefinitions.apiextensions.k8s.io']);

function terminating(status: 'True' | 'False', reason: string, message: string): NewCondition {
  return { type: 'Terminating', status, reason, message };
}

/** Deletes the instances of a definition that is being deleted, then lets it go (Go: CRDFinalizer). */
export class InstanceRemoval {
  private readonly timers = new Set<() => void>();
  private stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly writer: DefinitionWriter,
    /** The latest state of a definition. */
    private readonly latest: (name: string) => CustomResourceDefinition | undefined,
    /** The store of a definition's instances, if it is served. */
    private readonly storeOf: (name: string) => Store | undefined,
  ) {}

  stop(): void {
    this.stopped = true;
    for (const cancel of this.timers) cancel();
  }

  /** One round; throws if it has to be tried again. */
  async run(name: string): Promise<void> {
    const definition = this.latest(name);
    if (definition === undefined || !isPending(definition)) return;
    const begun = await this.writer.setConditions(definition, [
      terminating('True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress'),
    ]);
    if (begun === undefined) return;
    const finalizers = (begun.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP_FINALIZER);
    if (BUILTIN.has(name)) {
      await this.writer.setConditions(
        begun,
        [terminating('False', 'OverlappingBuiltInResource', 'instances overlap with built-in resources in storage')],
        {},
        finalizers,
      );
    } else if (isConditionTrue(begun, 'Established')) {
      await this.removeInstances(begun, finalizers);
    } else {
      await this.writer.setConditions(begun, [terminating('False', 'NeverEstablished', 'resource was never established')], {}, finalizers);
    }
  }

  private async removeInstances(definition: CustomResourceDefinition, finalizers: string[]): Promise<void> {
    const store = this.storeOf(definition.metadata.name ?? '');
    if (store !== undefined) {
      try {
        await deleteAll(store);
      } catch (error) {
        await this.writer.setConditions(definition, [terminating('True', 'InstanceDeletionFailed', textOf(error))]);
        throw error;
      }
      if (!(await this.isEmptied(store))) {
        if (this.stopped) return;
        const why = 'could not confirm zero CustomResources remaining: context deadline exceeded';
        await this.writer.setConditions(definition, [terminating('True', 'InstanceDeletionCheck', why)]);
        throw new Error(why);
      }
    }
    await this.writer.setConditions(
      definition,
      [terminating('False', 'InstanceDeletionCompleted', 'removed all instances')],
      {},
      finalizers,
    );
  }

  /** Waits until no instance is left; false after a minute. */
  private async isEmptied(store: Store): Promise<boolean> {
    const { storage } = store.environment;
    const deadline = this.clock.now() + POLL_LIMIT;
    while (!this.stopped) {
      if (storage.count(store.bucket) === 0) return true;
      if (this.clock.now() >= deadline) return false;
      await this.nextLook(store);
    }
    return false;
  }

  /** Resolves after the interval, or when an instance goes. */
  private nextLook(store: Store): Promise<void> {
    return new Promise((resolve) => {
      const { storage } = store.environment;
      const done = (): void => {
        this.timers.delete(done);
        cancel();
        watch.close();
        resolve();
      };
      const cancel = this.clock.after(POLL_INTERVAL, done);
      const watch = storage.watch({ bucket: store.bucket, from: storage.revision() }, (events) => {
        if (events.some((event) => event.type === 'DELETED')) done();
      });
      this.timers.add(done);
    });
  }
}

/** Marked for deletion, and held by our finalizer. */
export function isPending({ metadata }: CustomResourceDefinition): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(CLEANUP_FINALIZER) === true;
}

/** Nothing is deleted unless everything can be read. */
async function deleteAll(store: Store): Promise<void> {
  const { items } = await store.environment.storage.list(store.bucket);
  try {
    await store.form?.prepare?.(items.map(({ value }) => value));
  } catch (error) {
    throw new Error(`could not list instances: ${textOf(error)}`, { cause: error });
  }
  for (const { key } of items) {
    try {
      await store.delete(key.namespace, key.name, { dryRun: false }, internalContext(key.namespace, key.name));
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw new Error(`could not issue all deletes: ${textOf(error)}`, { cause: error });
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
