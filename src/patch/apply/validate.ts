import type { Json } from '../../schema/type.js';
import { goPlain, goSyntax, goType } from './go-text.js';
import { isList, isObject, MAX_DEPTH, member, NestingError, type ReadonlyJsonObject } from './json.js';
import { formOf } from './kinds.js';
import { listItemElement, ListItemError, listItemFault } from './list-items.js';
import { elementText } from './path-element.js';
import type { ListShape, MapShape, ScalarKind, Shape } from './shape.js';
import { below, fault, TypedError, type TypedFault } from './typed-error.js';

export interface ValidateOptions {
  /** Sets and keyed lists may name an element twice: so for what is stored, not for what is applied. */
  readonly allowDuplicates: boolean;
  /** A value that has been validated already: where the two share subtrees, they are not walked again. */
  readonly validated?: Json | undefined;
}

const FINE: readonly TypedFault[] = [];

/** Throws a `TypedError` with every fault of a value against its shape (Go: typed.AsTyped). */
export function validate(shape: Shape, value: Json, options: ValidateOptions): void {
  const faults = new Validator(options.allowDuplicates).check(shape, value, options.validated);
  if (faults.length > 0) throw new TypedError(faults);
}

class Validator {
  private depth = 0;

  constructor(private readonly allowDuplicates: boolean) {}

  check(shape: Shape, value: Json, known: Json | undefined): readonly TypedFault[] {
    if (value === null || (value === known && typeof value === 'object')) return FINE;
    switch (formOf(shape, value)) {
      case 'scalar':
        return checkScalar(shape.scalar ?? 'untyped', value);
      case 'list':
        return this.checkList(shape.list, value, known);
      case 'map':
        return this.checkMap(shape.map, value, known);
    }
  }

  private checkList(list: ListShape | undefined, value: Json, known: Json | undefined): readonly TypedFault[] {
    if (list === undefined || !isList(value)) return [fault(`expected list, got &{${goPlain(value)}}`)];
    this.descend();
    const faults: TypedFault[] = [];
    const seen = list.associative && !this.allowDuplicates ? new Set<string>() : undefined;
    for (let i = 0; i < value.length; i++) {
      const item = value[i] as Json;
      let step: string;
      if (list.associative) {
        let element;
        try {
          element = listItemElement(list, item);
        } catch (error) {
          if (!(error instanceof ListItemError)) throw error;
          faults.push(listItemFault(error, i));
          break;
        }
        step = elementText(element);
        if (seen?.has(element.text) === true) faults.push(fault(`duplicate entries for key ${step}`));
        seen?.add(element.text);
      } else {
        step = `[${i}]`;
      }
      const found = this.check(list.items, item, isList(known) ? known[i] : undefined);
      if (found.length > 0) faults.push(...below(step, found));
    }
    this.depth--;
    return faults;
  }

  private checkMap(map: MapShape | undefined, value: Json, known: Json | undefined): readonly TypedFault[] {
    if (map === undefined || !isObject(value)) return [fault(`expected map, got &{${goPlain(value)}}`)];
    this.descend();
    const other = isObject(known) ? known : undefined;
    let faults: TypedFault[] | undefined;
    for (const name in value) {
      const item = member(value, name);
      if (item === undefined || name === map.ignored) continue;
      const shape = map.fields.get(name)?.shape ?? map.values;
      if (shape === undefined) {
        (faults ??= []).push({ path: `.${name}`, message: 'field not declared in schema' });
        break;
      }
      const found = this.check(shape, item, other === undefined ? undefined : member(other, name));
      if (found.length > 0) (faults ??= []).push(...below(`.${name}`, found));
    }
    this.depth--;
    return faults ?? FINE;
  }

  private descend(): void {
    if (++this.depth > MAX_DEPTH) throw new NestingError();
  }
}

function checkScalar(kind: ScalarKind, value: Json): readonly TypedFault[] {
  const type = typeof value;
  switch (kind) {
    case 'string':
      return type === 'string' ? FINE : [fault(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`)];
    case 'numeric':
      return type === 'number' ? FINE : [fault(`expected numeric (int or float), got ${goType(value)}`)];
    case 'boolean':
      return type === 'boolean' ? FINE : [fault(`expected boolean, got &{${goPlain(value)}}`)];
    case 'untyped':
      return type === 'object' ? [fault(`expected any scalar, got &{${goPlain(value)}}`)] : FINE;
  }
}

/** Throws if a value is nested deeper than the walks go. */
export function checkDepth(value: Json, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw new NestingError();
  if (isList(value)) for (const item of value) checkDepth(item, depth + 1);
  else checkObjectDepth(value, depth);
}

function checkObjectDepth(value: ReadonlyJsonObject, depth: number): void {
  for (const name in value) {
    const item = member(value, name);
    if (item !== undefined) checkDepth(item, depth + 1);
  }
}
