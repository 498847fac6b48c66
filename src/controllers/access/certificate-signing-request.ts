import { formatTime } from '../../apimachinery/time.js';
import type { ComponentContext } from '../../client/component-context.js';
import { CERTIFICATE_SIGNING_REQUESTS } from '../../component-helpers/resources.js';
import type { ControllerDescriptor } from '../descriptor.js';
import type { ClusterKeys, Request } from './cluster-keys.js';

/** Whom all three act as. */
const SERVICE_ACCOUNT = 'certificate-controller';
/** Milliseconds before failed work is done again (Go: certificates.NewCertificateController). */
const backoff = (failures: number): number => Math.min(200 * 2 ** failures, 1_000_000);

/** Signs what is approved (Go: pkg/controller/certificates/signer). */
export function csrSigningController(keys: ClusterKeys): ControllerDescriptor {
  return {
    name: 'certificatesigningrequest-signing-controller',
    alias: 'csrsigning',
    serviceAccount: SERVICE_ACCOUNT,
    start(context) {
      follow(context, async (request) => {
        const outcome = keys.sign(request);
        if (outcome === undefined) return;
        if ('certificate' in outcome) {
          await update(context, 'status', { ...request, status: { ...request.status, certificate: outcome.certificate } });
          return;
        }
        const condition = { ...outcome.condition, lastUpdateTime: formatTime(context.clock.now()) };
        const conditions = [...(request.status?.conditions ?? []), condition];
        await update(context, 'status', { ...request, status: { ...request.status, conditions } });
      });
    },
  };
}

/** Approves kubelets' requests for client certificates (Go: pkg/controller/certificates/approver). */
export function csrApprovingController(keys: ClusterKeys): ControllerDescriptor {
  return {
    name: 'certificatesigningrequest-approving-controller',
    alias: 'csrapproving',
    serviceAccount: SERVICE_ACCOUNT,
    start(context) {
      follow(context, async (request) => {
        const condition = keys.autoApproval(request);
        if (condition === undefined) return;
        const conditions = [...(request.status?.conditions ?? []), condition];
        await update(context, 'approval', { ...request, status: { ...request.status, conditions } });
      });
    },
  };
}

/** Calls `handle` for each request without a certificate, when it comes and when it changes. */
function follow(context: ComponentContext, handle: (request: Request) => Promise<void>): void {
  const requests = context.informers.of<Request>(CERTIFICATE_SIGNING_REQUESTS);
  const work = async (name: string): Promise<void> => {
    const request = requests.get('', name);
    if (request !== undefined && !request.status?.certificate) await handle(request);
  };
  const queue = context.queue(work, { workers: 5, backoff });
  const enqueue = ({ metadata: { name = '' } }: Request): void => {
    queue.add(name);
  };
  requests.addHandler({ added: enqueue, updated: enqueue });
}

async function update({ client }: ComponentContext, subresource: string, request: Request): Promise<void> {
  await client.update<Request>({ resource: CERTIFICATE_SIGNING_REQUESTS, subresource }, request);
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Deletes requests that nobody needs any more, once an hour (Go: pkg/controller/certificates/cleaner). */
export function csrCleanerController(keys: ClusterKeys): ControllerDescriptor {
  return {
    name: 'certificatesigningrequest-cleaner-controller',
    alias: 'csrcleaner',
    serviceAccount: SERVICE_ACCOUNT,
    start(context) {
      const requests = context.informers.of<Request>(CERTIFICATE_SIGNING_REQUESTS);
      context.every(HOUR, async () => {
        for (const request of requests.list()) {
          if (!isStale(request, keys, context.clock.now())) continue;
          await context.client.delete({ resource: CERTIFICATE_SIGNING_REQUESTS }, request.metadata.name ?? '');
        }
      });
    },
  };
}

/** Approved, denied and failed ones are kept for an hour, pending ones for a day; those whose certificate has expired go at once. */
function isStale({ metadata, status = {} }: Request, keys: ClusterKeys, now: number): boolean {
  const { conditions = [], certificate } = status;
  const isOlder = (time: string | null | undefined, age: number): boolean => typeof time === 'string' && now - Date.parse(time) > age;
  if (conditions.length === 0) return isOlder(metadata.creationTimestamp, DAY);
  return conditions.some(({ type, lastUpdateTime }) => {
    if (type !== 'Approved') return isOlder(lastUpdateTime, HOUR);
    if (!certificate) return isOlder(lastUpdateTime, DAY);
    return isOlder(lastUpdateTime, HOUR) || (keys.certificateEnd(certificate) ?? now) < now;
  });
}
