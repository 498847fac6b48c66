import type { Json } from '../../schema/type.js';
import { isList } from './json.js';
import type { Shape } from './shape.js';

/** Which of its possible forms a shape takes for a value. */
export type Form = 'scalar' | 'list' | 'map';

/**
 * The form that fits the value. Null and values that fit none take the first
 * form that the shape has, and whoever walks on finds the mismatch.
 */
export function formOf(shape: Shape, value: Json): Form {
  if (typeof value === 'object' && value !== null) {
    if (isList(value)) {
      if (shape.list !== undefined) return 'list';
    } else if (shape.map !== undefined) return 'map';
  } else if (value !== null && shape.scalar !== undefined) return 'scalar';
  return shape.map !== undefined ? 'map' : shape.scalar !== undefined ? 'scalar' : 'list';
}
