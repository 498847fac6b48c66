import { invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { jsonSyntaxError } from '../../../schema/json-syntax.js';
import type { Taint } from '../../../schema/generated/core-v1.js';
import { taintErrors } from './taints.js';

/** Annotations of nodes that held JSON before there were fields (Go: ValidateNodeSpecificAnnotations). */

const TAINTS = 'scheduler.alpha.kubernetes.io/taints';
const AVOID_PODS = 'scheduler.alpha.kubernetes.io/preferAvoidPods';

type Parsed = { readonly value: unknown } | { readonly fault: string };

/** JSON, with a fault in the words of Go's encoding/json. */
function parse(text: string): Parsed {
  const fault = jsonSyntaxError(Buffer.from(text));
  return fault === undefined ? { value: JSON.parse(text) as unknown } : { fault };
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field by its Go name in any case; the internal types have no names for JSON. */
function fieldOf(record: Readonly<Record<string, unknown>>, name: string): unknown {
  const key = Object.keys(record).find((candidate) => candidate.toLowerCase() === name);
  return key === undefined ? undefined : record[key];
}

function parseTaints(text: string): { readonly taints: readonly Taint[] } | { readonly fault: string } {
  const parsed = parse(text);
  if ('fault' in parsed) return parsed;
  const { value } = parsed;
  if (value === null) return { taints: [] };
  if (!Array.isArray(value)) return { fault: `json: cannot unmarshal ${kindOf(value)} into Go value of type []core.Taint` };
  const taints: Taint[] = [];
  for (const item of value as unknown[]) {
    if (item !== null && !isRecord(item)) return { fault: `json: cannot unmarshal ${kindOf(item)} into Go value of type core.Taint` };
    const taint: Taint = {};
    for (const [name, type] of [
      ['key', 'string'],
      ['value', 'string'],
      ['effect', 'core.TaintEffect'],
    ] as const) {
      const field = fieldOf(item ?? {}, name) ?? '';
      if (typeof field !== 'string') {
        const goName = name.charAt(0).toUpperCase() + name.slice(1);
        return { fault: `json: cannot unmarshal ${kindOf(field)} into Go struct field Taint.${goName} of type ${type}` };
      }
      taint[name] = field;
    }
    taints.push(taint);
  }
  return { taints };
}

function taintAnnotationErrors(text: string, path: FieldPath): FieldError[] {
  const parsed = parseTaints(text);
  return 'fault' in parsed ? [invalid(path, TAINTS, parsed.fault)] : taintErrors(parsed.taints, path.child(TAINTS));
}

/** Entries must be signed by a controller. */
function avoidPodsErrors(text: string, path: FieldPath): FieldError[] {
  const parsed = parse(text);
  const fault = 'fault' in parsed ? parsed.fault : avoidPodsFault(parsed.value);
  if (fault !== undefined) return [invalid(path.child('AvoidPods'), AVOID_PODS, fault)];
  const entries = 'value' in parsed && isRecord(parsed.value) ? parsed.value['preferAvoidPods'] : undefined;
  if (!Array.isArray(entries)) return [];
  return (entries as unknown[]).flatMap((entry, i) => {
    const at = path.child(AVOID_PODS).index(i).child('PodSignature');
    const signature = isRecord(entry) ? entry['podSignature'] : undefined;
    const controller = isRecord(signature) ? signature['podController'] : undefined;
    if (!isRecord(controller)) return [required(at)];
    return controller['controller'] === true ? [] : [invalid(at.child('PodController', 'Controller'), false, 'must point to a controller')];
  });
}

function avoidPodsFault(value: unknown): string | undefined {
  if (value === null || isRecord(value)) return undefined;
  return `json: cannot unmarshal ${kindOf(value)} into Go value of type v1.AvoidPods`;
}

export function nodeAnnotationErrors(annotations: Readonly<Record<string, string>> | undefined, path: FieldPath): FieldError[] {
  const taints = annotations?.[TAINTS];
  const avoided = annotations?.[AVOID_PODS];
  return [...(taints ? taintAnnotationErrors(taints, path) : []), ...(avoided ? avoidPodsErrors(avoided, path) : [])];
}
