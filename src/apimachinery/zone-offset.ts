/** Offsets change at quarters of an hour, if at all. */
const QUARTER = 900_000;

/** Remembered offsets of a zone; more are forgotten all at once. */
const REMEMBERED = 4096;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
}

const zones = new Map<string, Zone | undefined>();

/**
 * Milliseconds that a time zone is ahead of UTC at a moment (milliseconds since
 * the epoch). Names that are no zone, an empty one and `Local` count as UTC.
 */
export function zoneOffset(name: string, moment: number): number {
  const zone = zoneOf(name);
  if (zone === undefined) return 0;
  const quarter = Math.floor(moment / QUARTER);
  let offset = zone.offsets.get(quarter);
  if (offset === undefined) {
    if (zone.offsets.size >= REMEMBERED) zone.offsets.clear();
    zone.offsets.set(quarter, (offset = computeOffset(zone.format, quarter * QUARTER)));
  }
  return offset;
}

function zoneOf(name: string): Zone | undefined {
  if (name === '' || name === 'UTC' || name === 'Etc/UTC' || name === 'Local') return undefined;
  if (!zones.has(name)) zones.set(name, openZone(name));
  return zones.get(name);
}

function openZone(name: string): Zone | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    return { format, offsets: new Map() };
  } catch {
    return undefined;
  }
}

function computeOffset(format: Intl.DateTimeFormat, moment: number): number {
  const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - moment;
}
