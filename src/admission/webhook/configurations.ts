import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import { compareKeys } from '../../schema/sort-keys.js';
import type { WebhookType } from './environment.js';
import { webhooksOf, type Webhook, type WebhookConfiguration } from './webhook.js';

const GROUP = 'admissionregistration.k8s.io';
const RESOURCES: Readonly<Record<WebhookType, string>> = {
  admit: 'mutatingwebhookconfigurations',
  validating: 'validatingwebhookconfigurations',
};

/** The webhooks that are configured right now, by the names of their configurations and then in the order given. */
export class WebhookConfigurations {
  private readonly byName = new Map<string, readonly Webhook[]>();
  private sorted: readonly Webhook[] = [];

  constructor(private readonly type: WebhookType) {}

  get webhooks(): readonly Webhook[] {
    return this.sorted;
  }

  /** Storage tells of a write before whoever made it goes on: a new webhook is asked about the very next request. */
  async follow({ storage }: Pick<BehaviourEnvironment, 'storage'>): Promise<() => void> {
    const { list, watch } = await storage.listAndWatch(`${GROUP}/${RESOURCES[this.type]}`, {}, (events) => {
      for (const { type, current } of events) {
        if (type === 'DELETED') this.byName.delete(current.key.name);
        else this.put(current.value as WebhookConfiguration);
      }
      this.sort();
    });
    for (const { value } of list.items) this.put(value as WebhookConfiguration);
    this.sort();
    return () => {
      watch.close();
    };
  }

  private put(configuration: WebhookConfiguration): void {
    this.byName.set(configuration.metadata.name ?? '', webhooksOf(configuration, this.type));
  }

  private sort(): void {
    this.sorted = [...this.byName].sort(([a], [b]) => compareKeys(a, b)).flatMap(([, webhooks]) => webhooks);
  }
}
