import { parseDuration } from '../../apimachinery/duration.js';
import type { Pod } from '../../component-helpers/pods.js';
import type { Container, EphemeralContainer } from '../../schema/generated/core-v1.js';
import type { Json } from '../../schema/type.js';
import { atSpeed, INSTANT, STEPS, type Speed, type Timeline } from './timeline.js';

/** Annotations of pods that tell how they behave begin with this. */
const PREFIX = 'kubesim.io/';

/** How a container ends of its own accord. */
export interface Ending {
  /** Milliseconds after its start. */
  readonly after: number;
  readonly exitCode: number;
}

/** What is told of some pods; see docs/behaviour.md. */
export interface BehaviourEntry {
  readonly select?: {
    readonly namespaces?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly images?: readonly string[];
  };
  /** Durations by step. */
  readonly timeline?: Readonly<Record<string, string>>;
  readonly probes?: ProbeAnswer;
  readonly exit?: { readonly after?: string; readonly code?: number };
}

/** `ask` runs the probe; the others know its answer. */
export type ProbeAnswer = 'ask' | 'succeed' | 'fail';

interface Entry {
  readonly select: BehaviourEntry['select'];
  readonly timeline: Partial<Timeline>;
  readonly probes: ProbeAnswer | undefined;
  readonly exit: Ending | undefined;
}

/** How pods behave: by the data, and by their own annotations. */
export class Behaviours {
  private readonly entries: readonly Entry[];

  constructor(
    entries: readonly Json[],
    private readonly speed: Speed,
  ) {
    this.entries = (entries as unknown as readonly BehaviourEntry[]).map(readEntry);
  }

  /** The delays of a pod at the speed of the cluster. */
  timeline(pod: Pod): Timeline {
    if (this.speed === 'instant') return INSTANT;
    const found: Record<string, number> = { ...INSTANT };
    for (const { select, timeline } of this.entries)
      if (select?.images === undefined && selects(select, pod)) Object.assign(found, timeline);
    for (const step of STEPS) {
      const own = pod.metadata.annotations?.[`${PREFIX}${step}-delay`];
      if (own !== undefined) found[step] = milliseconds(own) ?? found[step] ?? 0;
      found[step] = atSpeed(found[step] ?? 0, this.speed);
    }
    return found as unknown as Timeline;
  }

  /** How long a delay that a spec asks for takes at this speed, in milliseconds. */
  scaled(time: number): number {
    return atSpeed(time, this.speed);
  }

  /** How a container's probes turn out. */
  probes(pod: Pod, container: Container): ProbeAnswer {
    const own = pod.metadata.annotations?.[`${PREFIX}probes`];
    if (own === 'succeed' || own === 'fail') return own;
    return this.last(pod, container, ({ probes }) => probes) ?? 'ask';
  }

  /** How a container ends without anybody's doing; undefined if its program decides. */
  exit(pod: Pod, container: Container | EphemeralContainer): Ending | undefined {
    const { annotations = {} } = pod.metadata;
    const code = annotations[`${PREFIX}exit-code`];
    const only = annotations[`${PREFIX}container`];
    if (code === undefined || !/^\d{1,3}$/.test(code) || (only !== undefined && only !== container.name))
      return this.last(pod, container, ({ exit }) => exit);
    return { after: atSpeed(milliseconds(annotations[`${PREFIX}run-duration`] ?? '0s') ?? 0, this.speed), exitCode: Number(code) & 255 };
  }

  private last<T>(pod: Pod, container: Container | EphemeralContainer, of: (entry: Entry) => T | undefined): T | undefined {
    let found: T | undefined;
    for (const entry of this.entries) {
      const told = of(entry);
      if (told !== undefined && selects(entry.select, pod) && selectsImage(entry.select, container)) found = told;
    }
    return found;
  }
}

/** What a pod's annotations ask to be done to it: `kubesim.io/evict`, `kubesim.io/oom-kill`. */
export function request(pod: Pod, name: 'evict' | 'oom-kill'): string | undefined {
  return pod.metadata.annotations?.[`${PREFIX}${name}`];
}

function readEntry({ select, timeline = {}, probes, exit }: BehaviourEntry): Entry {
  const steps = STEPS.flatMap((step) => (timeline[step] === undefined ? [] : [[step, milliseconds(timeline[step]) ?? 0]]));
  const ending = exit === undefined ? undefined : { after: milliseconds(exit.after ?? '0s') ?? 0, exitCode: exit.code ?? 0 };
  return { select, timeline: Object.fromEntries(steps) as Partial<Timeline>, probes, exit: ending };
}

/** Undefined if it is no duration. */
function milliseconds(text: string): number | undefined {
  try {
    return Number(parseDuration(text) / 1_000_000n);
  } catch {
    return undefined;
  }
}

function selects(select: BehaviourEntry['select'], { metadata }: Pod): boolean {
  if (select?.namespaces !== undefined && !select.namespaces.includes(metadata.namespace ?? '')) return false;
  return Object.entries(select?.labels ?? {}).every(([key, value]) => metadata.labels?.[key] === value);
}

/** Images are named without tag and digest; `*` at the end stands for any rest. */
function selectsImage(select: BehaviourEntry['select'], { image = '' }: Container | EphemeralContainer): boolean {
  if (select?.images === undefined) return true;
  const [named = ''] = image.split('@');
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const repository = colon === -1 ? named : named.slice(0, colon);
  return select.images.some((pattern) => (pattern.endsWith('*') ? repository.startsWith(pattern.slice(0, -1)) : repository === pattern));
}
