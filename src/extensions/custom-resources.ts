import { loadCel } from '../cel/loader.js';
import type { Client } from '../client/client.js';
import { WorkQueue } from '../client/work-queue.js';
import { FieldPath } from '../apimachinery/field-path.js';
import {
  DEFINITIONS,
  findCondition,
  hasRules,
  isConditionTrue,
  type CustomResourceDefinition,
  type NewCondition,
} from '../registry/apiextensions/definition.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import type { Catalog } from '../registry/catalog.js';
import { deepEqual, type KubeObject } from '../registry/object.js';
import type { ResourceDefinition } from '../registry/resource.js';
import type { Store } from '../registry/store.js';
import { caBundleErrors } from '../registry/webhook-client-config.js';
import { loadPatterns } from '../schema/custom/validation/patterns.js';
import type { StorageEvent, Watch } from '../storage/storage.js';
import { ApiServices } from './definitions/api-services.js';
import { approvalCondition } from './definitions/approval.js';
import { DefinitionWriter } from './definitions/definition-writer.js';
import { InstanceRemoval, isPending } from './definitions/instance-removal.js';
import { judgeNames, takenNames } from './definitions/names.js';
import type { ConversionEnvironment } from './serving/conversion-webhook.js';
import { customResources } from './serving/custom-resource.js';

const BUCKET = `${DEFINITIONS.group}/${DEFINITIONS.resource}`;
/** Who the API server is to itself. */
const SERVER = { user: 'system:apiserver', groups: ['system:masters'], agent: 'kube-apiserver' } as const;

/** Definitions whose instances are removed at the same time; each may take a minute. */
const REMOVAL_WORKERS = 5;

const ESTABLISHED: NewCondition = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
};
const BAD_BUNDLE: NewCondition = {
  type: 'Established',
  status: 'False',
  reason: 'InvalidCABundle',
  message: 'The conversion webhook CABundle is invalid',
};
const ANYWHERE = FieldPath.of('caBundle');

interface Served {
  readonly definition: CustomResourceDefinition;
  readonly resources: readonly ResourceDefinition[];
}

/**
 * Serves the instances of CustomResourceDefinitions: follows the definitions,
 * keeps the catalog in step, and does the work of the API server's own
 * controllers: names, Established, approval, deletion of instances, APIServices.
 * The catalog changes before anybody hears of the change that caused it.
 */
export class CustomResources {
  private readonly definitions = new Map<string, CustomResourceDefinition>();
  private readonly served = new Map<string, Served>();
  private watch: Watch | undefined;
  private controllers: Controllers | undefined;

  constructor(
    private readonly catalog: Catalog,
    private readonly environment: BehaviourEnvironment,
    private readonly conversions?: ConversionEnvironment,
  ) {}

  /** Begins to follow the definitions. */
  async begin(client: Client): Promise<void> {
    this.controllers = new Controllers(client.as(SERVER.user, SERVER.groups, SERVER.agent), this.environment, this.definitions, (name) =>
      this.storeOf(name),
    );
    const opened = await this.environment.storage.listAndWatch(BUCKET, {}, (events) => {
      for (const event of events) this.follow(event);
    });
    this.watch = opened.watch;
    if (opened.list.items.length > 0) await loadPatterns();
    if (opened.list.items.some(({ value }) => hasRules((value as CustomResourceDefinition).spec))) await loadCel();
    for (const { value } of opened.list.items) this.put(value as CustomResourceDefinition);
  }

  stop(): void {
    this.watch?.close();
    this.controllers?.stop();
  }

  private follow(event: StorageEvent<KubeObject>): void {
    const definition = event.current.value as CustomResourceDefinition;
    if (event.type === 'DELETED') this.remove(definition);
    else this.put(definition);
  }

  private put(definition: CustomResourceDefinition): void {
    const name = definition.metadata.name ?? '';
    const old = this.definitions.get(name);
    this.definitions.set(name, definition);
    this.serve(name, definition);
    this.controllers?.changed(definition, old);
  }

  private remove(definition: CustomResourceDefinition): void {
    const name = definition.metadata.name ?? '';
    this.definitions.delete(name);
    this.withdraw(name);
    this.controllers?.removed(definition);
  }

  /** Brings the catalog in step with one definition. */
  private serve(name: string, definition: CustomResourceDefinition): void {
    const isReady = isConditionTrue(definition, 'NamesAccepted') || isConditionTrue(definition, 'Established');
    const current = this.served.get(name);
    if (isReady && current !== undefined && servesSame(current.definition, definition)) return;
    this.withdraw(name);
    if (!isReady) return;
    const resources = customResources(definition, this.environment, this.conversions);
    for (const resource of resources) this.catalog.add(resource);
    this.served.set(name, { definition, resources });
  }

  private withdraw(name: string): void {
    for (const resource of this.served.get(name)?.resources ?? []) this.catalog.remove(resource);
    this.served.delete(name);
  }

  private storeOf(name: string): Store | undefined {
    return this.served.get(name)?.resources[0]?.store;
  }
}

/** Whether two states of a definition are served alike. */
function servesSame(a: CustomResourceDefinition, b: CustomResourceDefinition): boolean {
  return (
    a.metadata.uid === b.metadata.uid &&
    (['Established', 'Terminating'] as const).every((type) => isConditionTrue(a, type) === isConditionTrue(b, type)) &&
    deepEqual(a.status.acceptedNames, b.status.acceptedNames) &&
    deepEqual(a.spec, b.spec)
  );
}

/** The controllers that the API server runs for definitions. */
class Controllers {
  private readonly writer: DefinitionWriter;
  private readonly removal: InstanceRemoval;
  private readonly naming: WorkQueue;
  private readonly establishing: WorkQueue;
  private readonly approval: WorkQueue;
  private readonly registration: WorkQueue;
  private readonly removals: WorkQueue;

  constructor(
    client: Client,
    { clock }: BehaviourEnvironment,
    private readonly definitions: Map<string, CustomResourceDefinition>,
    storeOf: (name: string) => Store | undefined,
  ) {
    this.writer = new DefinitionWriter(client, clock);
    const services = new ApiServices(client, () => definitions.values());
    this.removal = new InstanceRemoval(clock, this.writer, (name) => definitions.get(name), storeOf);
    this.naming = new WorkQueue({ clock, work: (name) => this.syncNames(name) });
    this.establishing = new WorkQueue({ clock, work: (name) => this.establish(name) });
    this.approval = new WorkQueue({ clock, work: (name) => this.syncApproval(name) });
    this.registration = new WorkQueue({ clock, work: (name) => services.sync(name) });
    this.removals = new WorkQueue({ clock, work: (name) => this.removal.run(name), workers: REMOVAL_WORKERS });
  }

  changed(definition: CustomResourceDefinition, old: CustomResourceDefinition | undefined): void {
    const name = definition.metadata.name ?? '';
    this.naming.add(name);
    if (isConditionTrue(definition, 'NamesAccepted') && !isConditionTrue(definition, 'Established')) this.establishing.add(name);
    this.approval.add(name);
    for (const key of new Set([...serviceNames(definition), ...(old === undefined ? [] : serviceNames(old))])) this.registration.add(key);
    if (isPending(definition) && (old === undefined || changedButTermination(definition, old))) this.removals.add(name);
  }

  /** The names of a definition that is gone are free for others of its group. */
  removed(definition: CustomResourceDefinition): void {
    this.reconsiderOthers(definition);
    for (const key of serviceNames(definition)) this.registration.add(key);
  }

  stop(): void {
    for (const queue of [this.naming, this.establishing, this.approval, this.registration, this.removals]) queue.stop();
    this.removal.stop();
  }

  private reconsiderOthers({ spec, metadata }: CustomResourceDefinition): void {
    for (const [name, other] of this.definitions) if (other.spec.group === spec.group && name !== metadata.name) this.naming.add(name);
  }

  private async syncNames(name: string): Promise<void> {
    const definition = this.definitions.get(name);
    if (definition === undefined || deepEqual(definition.spec.names, definition.status.acceptedNames)) return;
    const verdict = judgeNames(definition, takenNames(this.definitions.values(), definition.spec.group ?? ''));
    const { status, reason, message } = verdict.namesAccepted;
    const old = findCondition(definition, 'NamesAccepted');
    const isSame = old?.status === status && old.reason === reason && old.message === message;
    if (isSame && deepEqual(verdict.acceptedNames, definition.status.acceptedNames)) return;
    const written = await this.writer.setConditions(definition, [verdict.namesAccepted, verdict.established], {
      acceptedNames: verdict.acceptedNames,
    });
    if (written !== undefined) this.reconsiderOthers(written);
  }

  private async establish(name: string): Promise<void> {
    const definition = this.definitions.get(name);
    if (definition === undefined || !isConditionTrue(definition, 'NamesAccepted') || isConditionTrue(definition, 'Established')) return;
    const bundle = definition.spec.conversion?.webhook?.clientConfig?.caBundle ?? '';
    await this.writer.setConditions(definition, [caBundleErrors(bundle, ANYWHERE).length > 0 ? BAD_BUNDLE : ESTABLISHED]);
  }

  private async syncApproval(name: string): Promise<void> {
    const definition = this.definitions.get(name);
    const wanted = definition && approvalCondition(definition.spec.group ?? '', definition.metadata.annotations);
    if (definition === undefined || wanted === undefined) return;
    const old = findCondition(definition, wanted.type);
    if (old?.status === wanted.status && old.reason === wanted.reason && old.message === wanted.message) return;
    await this.writer.setConditions(definition, [wanted]);
  }
}

/** Whether more changed than what the removal of instances writes itself. */
function changedButTermination(definition: CustomResourceDefinition, old: CustomResourceDefinition): boolean {
  const rest = ({ metadata, spec, status }: CustomResourceDefinition): unknown => ({
    metadata: { ...metadata, resourceVersion: undefined, managedFields: undefined },
    spec,
    status: { ...status, conditions: (status.conditions ?? []).filter(({ type }) => type !== 'Terminating') },
  });
  return !deepEqual(rest(definition), rest(old));
}

/** The APIServices that a definition is behind. */
function serviceNames({ spec }: CustomResourceDefinition): string[] {
  return (spec.versions ?? []).map((version) => `${version.name ?? ''}.${spec.group ?? ''}`);
}
