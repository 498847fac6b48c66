import type { Clock } from '../apimachinery/clock.js';
import { goQuote } from '../apimachinery/field-error.js';
import type { GroupVersionResource } from '../apimachinery/group-version.js';
import { StatusError } from '../apimachinery/status.js';
import { formatTime } from '../apimachinery/time.js';
import type { Client } from '../client/client.js';
import type { KubeObject } from '../registry/object.js';
import type { WatchReceiver } from '../registry/watch.js';
import type { FlowSchemaCondition, FlowSchemaSpec, FlowSchemaStatus } from '../schema/generated/flowcontrol-v1.js';

const GROUP = 'flowcontrol.apiserver.k8s.io';
export const FLOW_SCHEMA: GroupVersionResource = { group: GROUP, version: 'v1', resource: 'flowschemas' };
const PRIORITY_LEVEL: GroupVersionResource = { group: GROUP, version: 'v1', resource: 'prioritylevelconfigurations' };
/** Who writes the condition. */
export const FLOW_CONTROL_CONSUMER = 'api-priority-and-fairness-config-consumer-v1';

interface FlowSchema extends KubeObject {
  spec: FlowSchemaSpec;
  status: FlowSchemaStatus;
}

/** What a FlowSchema's status tells about the level that it names. @param now milliseconds since the epoch */
export function danglingCondition(level: string, exists: boolean, now: number): FlowSchemaCondition {
  const end = exists ? 'and it exists' : 'but there is no such object';
  return {
    type: 'Dangling',
    status: exists ? 'False' : 'True',
    lastTransitionTime: formatTime(now),
    reason: exists ? 'Found' : 'NotFound',
    message: `This FlowSchema references the PriorityLevelConfiguration object named ${goQuote(level)} ${end}`,
  };
}

/**
 * Keeps the `Dangling` condition of FlowSchemas true to what exists, as the API
 * server itself does (Go: k8s.io/apiserver/pkg/util/flowcontrol). Returns how to stop.
 * @param report is told of failures that aren't answers of the API
 */
export async function followFlowSchemas(client: Client, clock: Clock, report: (error: unknown) => void): Promise<() => void> {
  const follower = new Follower(client.as('system:apiserver', ['system:masters'], FLOW_CONTROL_CONSUMER), clock, report);
  const levels = await client.watch({ resource: PRIORITY_LEVEL }, {}, follower.onLevels);
  const schemas = await client.watch({ resource: FLOW_SCHEMA }, {}, follower.onSchemas);
  return () => {
    follower.stop();
    levels.close();
    schemas.close();
  };
}

class Follower {
  private readonly levels = new Set<string>();
  private readonly schemas = new Map<string, FlowSchema>();
  private readonly due = new Set<string>();
  private working = false;
  private stopped = false;

  constructor(
    private readonly client: Client,
    private readonly clock: Clock,
    private readonly report: (error: unknown) => void,
  ) {}

  readonly onLevels: WatchReceiver = (items) => {
    for (const item of items) {
      if (item.type === 'BOOKMARK' || item.type === 'ERROR') continue;
      const { name } = item.stored.key;
      if (item.type === 'DELETED') this.levels.delete(name);
      else if (this.levels.has(name)) continue;
      else this.levels.add(name);
      for (const [schema, { spec }] of this.schemas) if (spec.priorityLevelConfiguration.name === name) this.due.add(schema);
    }
    void this.work();
  };

  readonly onSchemas: WatchReceiver = (items) => {
    for (const item of items) {
      if (item.type === 'BOOKMARK' || item.type === 'ERROR') continue;
      const { key, value } = item.stored;
      if (item.type === 'DELETED') {
        this.schemas.delete(key.name);
        continue;
      }
      this.schemas.set(key.name, value as FlowSchema);
      this.due.add(key.name);
    }
    void this.work();
  };

  stop(): void {
    this.stopped = true;
    this.due.clear();
  }

  /** One write after another; what changes meanwhile is due again. */
  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    for (const name of this.due) {
      this.due.delete(name);
      const schema = this.schemas.get(name);
      if (schema !== undefined) await this.tell(schema);
    }
    this.working = false;
  }

  private async tell({ apiVersion, kind, metadata, spec, status }: FlowSchema): Promise<void> {
    const { name: level = '' } = spec.priorityLevelConfiguration;
    const wanted = danglingCondition(level, this.levels.has(level), this.clock.now());
    const current = status.conditions?.find(({ type }) => type === wanted.type);
    if (current !== undefined && current.status === wanted.status && current.reason === wanted.reason && current.message === wanted.message)
      return;
    const patch = { apiVersion, kind, metadata: { name: metadata.name }, status: { conditions: [wanted] } };
    try {
      await this.client.patch({ resource: FLOW_SCHEMA, subresource: 'status' }, metadata.name ?? '', 'apply', patch, {
        fieldManager: FLOW_CONTROL_CONSUMER,
        force: true,
      });
    } catch (error) {
      // Gone or going: there is nothing left to tell, or an event is on its way.
      if (!(error instanceof StatusError) && !this.stopped) this.report(error);
    }
  }
}
