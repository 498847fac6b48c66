import type { Clock } from '../../apimachinery/clock.js';
import type { Quantity } from '../../apimachinery/quantity.js';
import { parseTime } from '../../apimachinery/time.js';
import { amountsOf, isPodLevelResource, type Amounts } from '../aggregate-resources.js';
import { qosClassOf } from '../quality-of-service.js';
import { isExtendedResource, isHugePageResource, isNativeResource } from '../resource-names.js';
import type { KubeObject } from '../../client/client.js';
import type { Affinity, Container, Pod, PodAffinity, PodSpec, ScopedResourceSelectorRequirement } from '../../schema/generated/core-v1.js';
import { effectiveLimits, effectiveRequests } from '../pod-resources.js';
import { ONE } from './amounts.js';
import type { Evaluator } from './evaluator.js';
import { selectsValue } from './scopes.js';

type PodObject = KubeObject & Pod;

const COUNT = 'count/pods';
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'] as const;
const NAMES: ReadonlySet<string> = new Set([COUNT, 'pods', ...COMPUTE.flatMap((name) => [name, `requests.${name}`, `limits.${name}`])]);
const REQUESTS = 'requests.';
/** The device class that an extended resource of a pod stands for (KEP-5004). */
const DEVICE_CLASS = 'deviceclass.resource.kubernetes.io/';
/** A quota of these makes every container name them: an early mistake of upstream that stays. */
const MANDATORY: ReadonlySet<string> = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

/** What pods cost (Go: pkg/quota/v1/evaluator/core.podEvaluator). */
export function podEvaluator(clock: Clock): Evaluator {
  return {
    handles({ subresource, operation, object, oldObject }) {
      if (subresource === 'resize') return operation === 'UPDATE';
      if (subresource !== '') return false;
      if (operation === 'CREATE') return true;
      if (operation !== 'UPDATE' || object === undefined || oldObject === undefined) return false;
      return isTerminating((object as PodObject).spec) !== isTerminating((oldObject as PodObject).spec);
    },
    matching: (names) => names.filter(isPodResource),
    inScope: (selector, object) => isInScope(selector, object as PodObject),
    constraintFault: (names, object) => missingResources(names, (object as PodObject).spec),
    usage: (object) => podUsage(object as PodObject, clock),
  };
}

function isPodResource(name: string): boolean {
  if (NAMES.has(name)) return true;
  const requested = name.startsWith(REQUESTS) ? name.slice(REQUESTS.length) : undefined;
  if (isHugePageResource(name) || (requested !== undefined && isHugePageResource(requested))) return true;
  return requested !== undefined && (!isNativeResource(name) || requested.startsWith(DEVICE_CLASS));
}

/** A pod counts until it ended, or until its time to end is over. */
function podUsage(pod: PodObject, clock: Clock): Amounts {
  const usage: Amounts = new Map([[COUNT, ONE]]);
  if (isOver(pod, clock.now())) return usage;
  for (const [name, amount] of computeUsage(effectiveRequests(pod), effectiveLimits(pod))) usage.set(name, amount);
  return usage;
}

function isOver({ metadata, status }: PodObject, now: number): boolean {
  if (status.phase === 'Failed' || status.phase === 'Succeeded') return true;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return false;
  return now > parseTime(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const usage: Amounts = new Map<string, Quantity>([['pods', ONE]]);
  for (const name of COMPUTE) {
    const request = requests.get(name);
    if (request !== undefined) {
      usage.set(name, request);
      usage.set(REQUESTS + name, request);
    }
    const limit = limits.get(name);
    if (limit !== undefined) usage.set(`limits.${name}`, limit);
  }
  for (const [name, amount] of requests) {
    if (isHugePageResource(name)) {
      usage.set(name, amount);
      usage.set(REQUESTS + name, amount);
    }
    if (isExtendedResource(name) || name.startsWith(DEVICE_CLASS)) usage.set(REQUESTS + name, amount);
  }
  return usage;
}

/** What containers must name, and which of them don't. */
function missingResources(names: readonly string[], spec: PodSpec): string | undefined {
  const { requests, limits } = spec.resources ?? {};
  if ([...Object.keys(requests ?? {}), ...Object.keys(limits ?? {})].some(isPodLevelResource)) return undefined;
  const required = names.filter((name) => MANDATORY.has(name)).sort();
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const missing = required.flatMap((name) => {
    const without = new Set(containers.filter((container) => !usageOf(container).has(name)).map((container) => container.name ?? ''));
    return without.size === 0 ? [] : [`${name} for: ${[...without].sort().join(',')}`];
  });
  return missing.length === 0 ? undefined : `must specify ${missing.join('; ')}`;
}

function usageOf({ resources }: Container): Amounts {
  return computeUsage(amountsOf(resources.requests), amountsOf(resources.limits));
}

function isInScope(selector: ScopedResourceSelectorRequirement, { spec, status }: PodObject): boolean {
  switch (selector.scopeName) {
    case 'Terminating':
      return isTerminating(spec);
    case 'NotTerminating':
      return !isTerminating(spec);
    case 'BestEffort':
      return qosClassOf(spec, status) === 'BestEffort';
    case 'NotBestEffort':
      return qosClassOf(spec, status) !== 'BestEffort';
    case 'PriorityClass':
      return selectsValue(selector, spec.priorityClassName ? spec.priorityClassName : undefined);
    case 'CrossNamespacePodAffinity':
      return looksAcrossNamespaces(spec.affinity);
    default:
      return false;
  }
}

function isTerminating({ activeDeadlineSeconds }: PodSpec): boolean {
  return activeDeadlineSeconds !== undefined && activeDeadlineSeconds >= 0;
}

function looksAcrossNamespaces(affinity: Affinity | undefined): boolean {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some((rules: PodAffinity | undefined) => {
    const preferred = (rules?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm);
    const terms = [...(rules?.requiredDuringSchedulingIgnoredDuringExecution ?? []), ...preferred];
    return terms.some(({ namespaces, namespaceSelector }) => (namespaces ?? []).length > 0 || namespaceSelector !== undefined);
  });
}
