import type { Mutation } from '../../schema/generated/admissionregistration-v1.js';
import type { JsonObject, JsonValue } from '../../schema/type.js';
import { toJson } from '../values/json.js';
import { StructValue } from '../values/struct.js';
import { CelList, type CelValue } from '../values/value.js';
import { OutOfBudget, type AdmissionInput } from './activation.js';
import type { Expression } from './expressions.js';
import { misplacedTypes } from './patch-types.js';
import { PolicyExpressions, type PolicyParts } from './policy-expressions.js';

export interface MutatingParts extends PolicyParts {
  readonly mutations: readonly Mutation[];
}

/** What one mutation wants to do. */
export type Patch = { readonly configuration: JsonObject } | { readonly operations: readonly JsonObject[] };

/** A mutation that could not be evaluated; the message is the real server's. */
export class MutationError extends Error {}

interface CompiledMutation {
  readonly expression: Expression;
  readonly toPatch: (value: CelValue) => Patch;
}

/** A compiled MutatingAdmissionPolicy (Go: policy/mutating.compilePolicy, policy/mutating/patch). */
export class MutatingExpressions extends PolicyExpressions {
  private readonly mutations: readonly CompiledMutation[];

  constructor(parts: MutatingParts) {
    super(parts);
    this.mutations = parts.mutations.map(({ patchType, applyConfiguration, jsonPatch }) =>
      patchType === 'ApplyConfiguration'
        ? { expression: this.compile(applyConfiguration?.expression ?? '', 'object', { hasPatchTypes: true }), toPatch: toConfiguration }
        : { expression: this.compile(jsonPatch?.expression ?? '', 'jsonPatch', { hasPatchTypes: true }), toPatch: toOperations },
    );
  }

  get count(): number {
    return this.mutations.length;
  }

  /** Throws MutationError. */
  patch(index: number, input: AdmissionInput): Patch {
    const { expression, toPatch } = this.mutations[index] as CompiledMutation;
    if (expression.fault !== undefined) throw new MutationError(expression.fault.detail);
    try {
      const { value, error } = this.activation(input).evaluate(expression);
      if (error !== undefined) throw new MutationError(error);
      return toPatch(value as CelValue);
    } catch (error) {
      if (error instanceof OutOfBudget) throw new MutationError(error.message);
      throw error;
    }
  }
}

function toConfiguration(value: CelValue): Patch {
  checkTypes(value);
  const json = toJson(value);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new MutationError('invalid return type: <nil>');
  return { configuration: json };
}

function toOperations(value: CelValue): Patch {
  const items = value instanceof CelList ? value.toArray() : [];
  return {
    operations: items.map((item) => {
      if (!(item instanceof StructValue))
        throw new MutationError('type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch');
      return toOperation(item.fields);
    }),
  };
}

function toOperation(fields: ReadonlyMap<string, CelValue>): JsonObject {
  const text = (name: string): string => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  const from = text('from');
  const value = fields.get('value');
  return {
    op: text('op'),
    path: text('path'),
    ...(from === '' ? {} : { from }),
    ...(value === undefined ? {} : { value: valueOf(value) }),
  };
}

/** The root of a value may have any type of an object; those below must fit it. */
function valueOf(value: CelValue): JsonValue {
  checkTypes(value);
  const json = toJson(value);
  if (json === undefined)
    throw new MutationError('JSONPath valueExpression evaluated to a type that could not marshal to JSON: unsupported conversion');
  return json;
}

function checkTypes(value: CelValue): void {
  const faults = value instanceof StructValue ? misplacedTypes(value, value.type.name) : [];
  if (faults.length > 0) throw new MutationError(`type mismatch: ${faults.join('\n')}`);
}
