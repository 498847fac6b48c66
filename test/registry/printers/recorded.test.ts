import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  crdPrinter,
  crdScalePrinter,
  printerFor,
  scalePrinter,
  tableOf,
  type PrinterColumn,
  type TablePrinter,
} from '../../../src/registry/printers/index.js';
import type { JsonObject, JsonValue } from '../../../src/schema/type.js';

const RECORDED = path.resolve(import.meta.dirname, '../../../../shared/parity/recorded');
const available = fs.existsSync(RECORDED);

interface Table extends JsonObject {
  columnDefinitions: { name: string }[] | null;
  rows: { cells: JsonValue[]; conditions?: JsonValue; object: JsonObject | null }[] | null;
  metadata: { resourceVersion?: string };
}

interface Step {
  id: string;
  path: string;
  body?: unknown;
  response?: { body?: JsonObject; events?: { object: JsonObject }[] };
}

interface Custom {
  readonly group: string;
  readonly plural: string;
  readonly versions: readonly { readonly name: string; readonly additionalPrinterColumns?: PrinterColumn[] }[];
}

/** What one recorded file says: its tables, and the whole objects that they may show. */
class Recording {
  readonly tables: { readonly title: string; readonly path: string; readonly table: Table }[] = [];
  private readonly objects = new Map<string, JsonObject>();
  private readonly customs: Custom[] = [];

  constructor(file: string) {
    for (const step of stepsOf(file)) {
      const bodies = [step.response?.body, ...(step.response?.events ?? []).map((event) => event.object)];
      for (const body of bodies) this.add(body, `${path.basename(file, '.json')}/${step.id}`, step.path);
    }
  }

  printerOf(urlPath: string): TablePrinter {
    const { group, version, resource, subresource } = parseUrl(urlPath);
    const custom = this.customs.find((candidate) => candidate.group === group && candidate.plural === resource);
    if (subresource === 'scale') return custom === undefined ? scalePrinter : crdScalePrinter;
    if (custom === undefined) return printerFor(group, resource);
    return crdPrinter(custom.versions.find(({ name }) => name === version)?.additionalPrinterColumns);
  }

  /** The object of a row, if some answer showed it whole at that version. */
  objectOf(row: { object: JsonObject | null }, table: Table, urlPath: string): JsonObject | undefined {
    if (row.object !== null && row.object['kind'] !== 'PartialObjectMetadata') return row.object;
    if (parseUrl(urlPath).subresource === 'scale') return undefined;
    const metadata = (row.object?.['metadata'] ?? (parseUrl(urlPath).name === '' ? {} : table.metadata)) as { resourceVersion?: string };
    return this.objects.get(metadata.resourceVersion ?? '');
  }

  private add(body: JsonObject | undefined, title: string, urlPath: string): void {
    if (body === undefined) return;
    if (body['kind'] === 'Table') this.tables.push({ title, path: urlPath, table: body as Table });
    else if (!Array.isArray(body['items'])) this.addObject(body);
    else {
      const kind = String(body['kind']).replace(/List$/, '');
      for (const item of body['items']) this.addObject({ apiVersion: body['apiVersion'], kind, ...(item as JsonObject) });
    }
  }

  private addObject(object: JsonObject): void {
    const { resourceVersion } = (object['metadata'] ?? {}) as { resourceVersion?: string };
    if (!resourceVersion || NOT_AS_STORED.has(`${String(object['apiVersion'])} ${String(object['kind'])}`)) return;
    if (object['kind'] === 'CustomResourceDefinition') {
      const { group, names, versions } = object['spec'] as unknown as {
        group: string;
        names: { plural: string };
        versions: Custom['versions'];
      };
      this.customs.push({ group, plural: names.plural, versions });
    }
    this.objects.set(resourceVersion, object);
  }
}

/** Printers see the storage version, and a Scale is no object of its own. */
const NOT_AS_STORED = new Set([
  'autoscaling/v1 HorizontalPodAutoscaler',
  'events.k8s.io/v1 Event',
  'autoscaling/v1 Scale',
  'meta.k8s.io/v1 PartialObjectMetadata',
  'meta.k8s.io/v1beta1 PartialObjectMetadata',
]);

function stepsOf(file: string): Step[] {
  const content = JSON.parse(fs.readFileSync(file, 'utf8')) as { steps?: Step[] } | Step[];
  return Object.values(Array.isArray(content) ? content : (content.steps ?? content)) as Step[];
}

function parseUrl(urlPath: string): { group: string; version: string; resource: string; name: string; subresource: string } {
  const parts = (urlPath.split('?')[0] ?? '').split('/').slice(1);
  const core = parts[0] === 'api';
  const rest = parts.slice(core ? 2 : 3);
  if (rest[0] === 'namespaces' && rest.length > 2) rest.splice(0, 2);
  return {
    group: core ? '' : (parts[1] ?? ''),
    version: (core ? parts[1] : parts[2]) ?? '',
    resource: rest[0] ?? '',
    name: rest[1] ?? '',
    subresource: rest[2] ?? '',
  };
}

/** Cells without what depends on the moment: a span of time in some unit. */
function timeless(cells: readonly JsonValue[]): JsonValue[] {
  return cells.map((cell) => (typeof cell === 'string' ? cell.replace(/^(\d+[smhdy])+$|(?<=\()(\d+[smhdy])+(?= ago\))/, '<span>') : cell));
}

const recordings = available ? fs.readdirSync(RECORDED).map((file) => new Recording(path.join(RECORDED, file))) : [];
const tables = recordings.flatMap((recording) => recording.tables.map((entry) => ({ recording, ...entry })));

describe.skipIf(!available)('tables that the real server printed (skipped: ../shared is absent)', () => {
  it('are found in good number', () => {
    expect(tables.length).toBeGreaterThan(100);
  });

  it.each(tables.map((entry) => [`${entry.title} ${entry.path}`, entry] as const))(
    '%s has the same columns',
    (_, { recording, path: urlPath, table }) => {
      if (table.columnDefinitions !== null) expect(recording.printerOf(urlPath).columns).toEqual(table.columnDefinitions);
    },
  );

  const rows = tables.flatMap(({ recording, title, path: urlPath, table }) =>
    (table.rows ?? []).map((row, index) => ({
      title: `${title}[${String(index)}]`,
      row,
      object: recording.objectOf(row, table, urlPath),
      printer: recording.printerOf(urlPath),
    })),
  );
  const shown = rows.filter((entry) => entry.object !== undefined);

  it('show objects that other answers hold whole', () => {
    expect(shown.length).toBeGreaterThan(80);
  });

  it.each(shown.map((entry) => [entry.title, entry] as const))('%s has the same cells', (_, { row, object, printer }) => {
    const table = tableOf({ printer, objects: [object ?? {}], listMeta: {}, includeObject: 'None', version: 'v1', now: Date.now() });
    const printed = (table['rows'] as { cells: JsonValue[]; conditions?: JsonValue }[])[0];
    expect(timeless(printed?.cells ?? [])).toEqual(timeless(row.cells));
    expect(printed?.conditions).toEqual(row.conditions);
  });
});
