import type { Structural } from '../../schema/custom/structural.js';
import type { ValidationRule } from '../../schema/generated/apiextensions-v1.js';
import { Environment, type Program } from '../environment.js';
import { BOOL, optionalOf, STRING } from '../types/type.js';
import { SchemaTypes } from './schema-type.js';

/** One rule of x-kubernetes-validations, compiled (Go: cel.CompilationResult). */
export interface CompiledRule {
  readonly source: ValidationRule;
  readonly program?: Program | undefined;
  /** Why there is no program; neither is there for an empty rule. */
  readonly fault?: string | undefined;
  readonly usesOldSelf: boolean;
  readonly message?: Program | undefined;
  readonly messageFault?: string | undefined;
}

let names = 0;

/** Compiles the rules of one schema node, not of those below it. */
export class RuleCompilation {
  readonly types: SchemaTypes;
  private readonly environments = new Map<boolean, Environment>();

  constructor(
    private readonly schema: Structural,
    isResource: boolean,
  ) {
    // Nobody shall come to rely on the name of the type, so it is never the same.
    this.types = new SchemaTypes(schema, isResource, `selfType${String(++names)}`);
  }

  /** False if expressions can't see values of this schema. */
  get isVisible(): boolean {
    return this.types.root !== undefined;
  }

  compile(): CompiledRule[] {
    return (this.schema.source['x-kubernetes-validations'] ?? []).map((rule) => this.compileRule(rule));
  }

  private compileRule(source: ValidationRule): CompiledRule {
    const { rule = '', messageExpression = '', optionalOldSelf } = source;
    if (rule.trim() === '') return { source, usesOldSelf: false };
    const environment = this.environment(optionalOldSelf === true);
    const { program, issues } = environment.compile(rule);
    if (program === undefined) return { source, usesOldSelf: false, fault: `compilation failed: ${issues}` };
    if (!program.type.equals(BOOL)) return { source, usesOldSelf: false, fault: 'cel expression must evaluate to a bool' };
    const usesOldSelf = program.uses('oldSelf');
    if (program.fault !== undefined) return { source, usesOldSelf, fault: `program instantiation failed: ${program.fault}` };
    return { source, program, usesOldSelf, ...(messageExpression === '' ? {} : compileMessage(environment, messageExpression)) };
  }

  private environment(optional: boolean): Environment {
    let made = this.environments.get(optional);
    if (made === undefined) {
      const type = this.types.root?.type;
      const variables = new Map(
        type === undefined
          ? []
          : ([
              ['self', type],
              ['oldSelf', optional ? optionalOf(type) : type],
            ] as const),
      );
      made = new Environment({ variables, provider: this.types });
      this.environments.set(optional, made);
    }
    return made;
  }
}

function compileMessage(environment: Environment, expression: string): Pick<CompiledRule, 'message' | 'messageFault'> {
  const { program, issues } = environment.compile(expression);
  if (program === undefined) return { messageFault: `messageExpression compilation failed: ${issues}` };
  if (!program.type.equals(STRING)) return { messageFault: 'messageExpression must evaluate to a string' };
  if (program.fault !== undefined) return { messageFault: `messageExpression instantiation failed: ${program.fault}` };
  return { message: program };
}
