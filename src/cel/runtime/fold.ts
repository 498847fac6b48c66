import { CelError, CelList, CelMap, isError, typeOfValue, type CelValue } from '../values/value.js';
import type { Evaluate, Frame } from './frame.js';

/** A planned comprehension; variables are places among the frame's locals. */
export interface Fold {
  readonly range: Evaluate;
  readonly init: Evaluate;
  readonly condition: Evaluate;
  readonly step: Evaluate;
  readonly result: Evaluate;
  readonly accumulator: number;
  readonly variable: number;
  readonly variable2: number | undefined;
}

/** Evaluates a comprehension: for each item, as long as the condition holds, the next accumulated value. */
export function fold({ range, init, condition, step, result, accumulator, variable, variable2 }: Fold): Evaluate {
  return (frame) => {
    const over = range(frame);
    const steps = iterate(over, variable2 !== undefined);
    if (steps instanceof CelError) return steps;
    const saved = [frame.locals[accumulator], frame.locals[variable], variable2 === undefined ? undefined : frame.locals[variable2]];
    let value = init(frame);
    frame.locals[accumulator] = value;
    for (const [first, second] of steps) {
      frame.locals[variable] = first;
      if (variable2 !== undefined) frame.locals[variable2] = second;
      if (condition(frame) !== true) break;
      value = step(frame);
      frame.locals[accumulator] = value;
    }
    const outcome = result(frame);
    restore(frame, [accumulator, variable, variable2], saved);
    return outcome;
  };
}

function restore(frame: Frame, slots: readonly (number | undefined)[], saved: readonly (CelValue | undefined)[]): void {
  slots.forEach((slot, i) => {
    if (slot !== undefined) frame.locals[slot] = saved[i] as CelValue;
  });
}

type Step = readonly [CelValue, CelValue];

/** The variables of each step: items of lists, keys of maps, or with two variables indices or keys and values. */
function iterate(range: CelValue, two: boolean): Iterable<Step> | CelError {
  if (range instanceof CelList) return listSteps(range, two);
  if (range instanceof CelMap) return mapSteps(range);
  if (isError(range)) return range;
  return new CelError(`got '${GO_NAMES[typeOfValue(range).kind] ?? '*types.Optional'}', expected iterable type`);
}

function* listSteps(list: CelList, two: boolean): Iterable<Step> {
  for (let i = 0; i < list.size; i++) {
    const item = list.at(i);
    yield two ? [BigInt(i), item] : [item, item];
  }
}

function* mapSteps(map: CelMap): Iterable<Step> {
  for (const key of map.keys()) yield [key, map.find(key) as CelValue];
}

/** What Go calls the types that can't be gone through. */
const GO_NAMES: Readonly<Record<string, string>> = {
  bool: 'types.Bool',
  bytes: 'types.Bytes',
  double: 'types.Double',
  duration: 'types.Duration',
  int: 'types.Int',
  null: 'types.Null',
  string: 'types.String',
  timestamp: 'types.Timestamp',
  type: '*types.Type',
  uint: 'types.Uint',
};
