import type { Field, Json, ListType, MapType, ScalarType, StructType, Type } from '../../schema/type.js';
import { fieldElement, type PathElement } from './path-element.js';

/** What a scalar must be: `untyped` takes any string, number or boolean. */
export type ScalarKind = 'numeric' | 'string' | 'boolean' | 'untyped';

/**
 * A type as server-side apply sees it: which of scalar, list and map a value may
 * be, and how lists and maps merge (structured-merge-diff, package schema). Most
 * types allow one of them; those without a type of their own (IntOrString, JSON)
 * allow all three.
 *
 * Shapes are made from the OpenAPI the way the API server's type converter does
 * it (kube-openapi, package schemaconv). They are made lazily, because types
 * refer to each other in cycles.
 */
export interface Shape {
  readonly scalar: ScalarKind | undefined;
  readonly list: ListShape | undefined;
  readonly map: MapShape | undefined;
}

export interface ListShape {
  readonly items: Shape;
  /** Elements have owners of their own: by key or, without keys, by value. Otherwise the list is one leaf. */
  readonly associative: boolean;
  readonly keys: readonly KeyShape[];
  /** The keys' names in their declared order, for messages. */
  readonly keyNames: readonly string[];
}

export interface KeyShape {
  readonly name: string;
  /** Stands in for an absent key; null if the schema has none. */
  readonly default: Json;
}

export interface MapShape {
  /** Declared fields by their JSON names. */
  readonly fields: ReadonlyMap<string, FieldShape>;
  /** The type of members that are not declared; undefined if there must be none. */
  readonly values: Shape | undefined;
  /** The whole map is one leaf. */
  readonly atomic: boolean;
  /** A declared field that has no part in ownership (metadata.managedFields). */
  readonly ignored: string | undefined;
}

/** A declared field of a struct. */
export class FieldShape {
  private made: Shape | undefined;

  constructor(
    readonly element: PathElement,
    private readonly make: () => Shape,
  ) {}

  get shape(): Shape {
    return (this.made ??= this.make());
  }
}

class LazyList implements ListShape {
  private made: Shape | undefined;
  private madeKeys: readonly KeyShape[] | undefined;

  constructor(
    readonly associative: boolean,
    readonly keyNames: readonly string[],
    private readonly make: () => Shape,
    private readonly itemType: Type | undefined,
  ) {}

  get items(): Shape {
    return (this.made ??= this.make());
  }

  get keys(): readonly KeyShape[] {
    return (this.madeKeys ??= this.keyNames.map((name) => ({ name, default: defaultOf(this.itemType, name) })));
  }
}

class LazyMap implements MapShape {
  private made: Shape | undefined;
  private isMade = false;

  constructor(
    readonly fields: ReadonlyMap<string, FieldShape>,
    readonly atomic: boolean,
    readonly ignored: string | undefined,
    private readonly make: () => Shape | undefined,
  ) {}

  get values(): Shape | undefined {
    if (!this.isMade) {
      this.made = this.make();
      this.isMade = true;
    }
    return this.made;
  }
}

const NO_FIELDS: ReadonlyMap<string, FieldShape> = new Map();
const NO_KEYS: readonly string[] = [];

/** Any value; lists and maps are leaves. */
export const UNTYPED_ATOMIC: Shape = {
  scalar: 'untyped',
  list: new LazyList(false, NO_KEYS, () => UNTYPED_ATOMIC, undefined),
  map: new LazyMap(NO_FIELDS, true, undefined, () => UNTYPED_ATOMIC),
};

/** Any value; lists are leaves, the members of maps have owners of their own. */
export const DEDUCED: Shape = {
  scalar: 'untyped',
  list: new LazyList(false, NO_KEYS, () => UNTYPED_ATOMIC, undefined),
  map: new LazyMap(NO_FIELDS, false, undefined, () => DEDUCED),
};

/** A type without `type` in its schema: like `DEDUCED`, but a shape of its own, as in the server's schema. */
const ANY: Shape = { scalar: 'untyped', list: DEDUCED.list, map: DEDUCED.map };

const FREE_FORM: Shape = { scalar: undefined, list: undefined, map: DEDUCED.map };

function scalarShape(scalar: ScalarKind): Shape {
  return { scalar, list: undefined, map: undefined };
}

const NUMERIC = scalarShape('numeric');
const STRING = scalarShape('string');
const BOOLEAN = scalarShape('boolean');
const UNTYPED = scalarShape('untyped');

const SCALARS: Readonly<Record<ScalarType['scalar'], Shape>> = {
  string: STRING,
  boolean: BOOLEAN,
  int32: NUMERIC,
  int64: NUMERIC,
  uint32: NUMERIC,
  float32: NUMERIC,
  double: NUMERIC,
  bytes: STRING,
  quantity: UNTYPED,
  intOrString: ANY,
  time: UNTYPED,
  microTime: UNTYPED,
  duration: STRING,
  rawExtension: UNTYPED_ATOMIC,
  fieldsV1: FREE_FORM,
  json: ANY,
};

/** Where a type occurs decides about unknown members: a struct that keeps them passes that on to what it declares. */
interface Context {
  readonly preserveUnknown: boolean;
}

const STRICT: Context = { preserveUnknown: false };
const PRESERVING: Context = { preserveUnknown: true };

const strictShapes = new WeakMap<Type, Shape>();
const preservingShapes = new WeakMap<Type, Shape>();
const roots = new WeakMap<Type, Shape>();

/** The shape of a type. */
export function shapeOf(type: Type): Shape {
  return inContext(type, STRICT);
}

/** The shape of a whole object: metadata.managedFields have no part in ownership. */
export function rootShapeOf(type: StructType): Shape {
  let shape = roots.get(type);
  if (shape === undefined) {
    const map = structMap(type, STRICT);
    const metadata = type.byName.get('metadata');
    const fields = new Map(map.fields);
    if (metadata?.type.kind === 'struct') {
      const { type: metadataType } = metadata;
      fields.set('metadata', new FieldShape(fieldElement('metadata'), () => mapOnly(structMap(metadataType, STRICT, 'managedFields'))));
    }
    shape = mapOnly(new LazyMap(fields, map.atomic, undefined, () => map.values));
    roots.set(type, shape);
  }
  return shape;
}

function inContext(type: Type, context: Context): Shape {
  if (type.kind === 'scalar') return SCALARS[type.scalar];
  const own = isDefinition(type) ? STRICT : context;
  const cache = own.preserveUnknown ? preservingShapes : strictShapes;
  let shape = cache.get(type);
  if (shape === undefined) {
    shape = makeShape(type, own);
    cache.set(type, shape);
  }
  return shape;
}

/** Kubernetes' own types are referred to, not inlined: what surrounds them has no say. */
function isDefinition(type: Type): boolean {
  return type.kind === 'struct' && type.name.startsWith('io.k8s.');
}

function makeShape(type: ListType | MapType | StructType, context: Context): Shape {
  if (type.kind === 'list') return { scalar: undefined, list: listShape(type, context), map: undefined };
  if (type.kind === 'map')
    return mapOnly(new LazyMap(NO_FIELDS, type.mapType === 'atomic', undefined, () => inContext(type.values, context)));
  return mapOnly(structMap(type, context));
}

function mapOnly(map: MapShape): Shape {
  return { scalar: undefined, list: undefined, map };
}

function listShape(type: ListType, context: Context): ListShape {
  const associative = type.listType === 'set' || type.listType === 'map';
  const keys = type.listType === 'map' ? (type.keys ?? NO_KEYS) : NO_KEYS;
  return new LazyList(associative, keys, () => inContext(type.items, context), type.items);
}

function structMap(type: StructType, outer: Context, ignored?: string): MapShape {
  const context = type.preserveUnknown === true ? PRESERVING : outer;
  const fields = new Map<string, FieldShape>();
  for (const [name, field] of type.byName) {
    if (name !== ignored) fields.set(name, new FieldShape(fieldElement(name), () => fieldShape(field, context)));
  }
  // A schema of an object that declares nothing is taken as free-form.
  const open = context.preserveUnknown || fields.size === 0;
  return new LazyMap(fields, type.mapType === 'atomic', ignored, () => (open ? DEDUCED : undefined));
}

/** The shape of one use of a type: its own marks go first, and a string with a format that apply does not know takes any scalar. */
function fieldShape(field: Field, context: Context): Shape {
  const { type, format } = field;
  if (type.kind === 'scalar' && type.scalar === 'string' && format !== undefined && format !== '' && format !== 'byte') return UNTYPED;
  if (type.kind === 'struct' && field.mapType !== undefined && field.mapType !== type.mapType) {
    const map = structMap(type, isDefinition(type) ? STRICT : context);
    return mapOnly(new LazyMap(map.fields, field.mapType === 'atomic', undefined, () => map.values));
  }
  return inContext(type, context);
}

function defaultOf(type: Type | undefined, key: string): Json {
  return type?.kind === 'struct' ? (type.byName.get(key)?.default ?? null) : null;
}
