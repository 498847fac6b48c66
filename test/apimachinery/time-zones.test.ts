import { describe, expect, it } from 'vitest';
import { isTimeZone, locationFault } from '../../src/apimachinery/time-zones.js';

describe('Time zones', () => {
  it.each(['UTC', 'Local', 'Europe/Berlin', 'America/Argentina/Ushuaia', 'Etc/GMT+5', 'EST5EDT', 'US/Eastern', 'Asia/Calcutta'])(
    'know %s',
    (name) => {
      expect(isTimeZone(name)).toBe(true);
      expect(locationFault(name)).toBeUndefined();
    },
  );

  it.each([
    ['europe/berlin', 'unknown time zone europe/berlin'],
    ['Europe', 'is a directory'],
    ['America/Argentina', 'is a directory'],
    ['/UTC', 'time: invalid location name'],
    ['a/../b', 'time: invalid location name'],
    ['constructor', 'unknown time zone constructor'],
    ['constructor/x', 'unknown time zone constructor/x'],
  ])('%s: %s', (name, fault) => {
    expect(locationFault(name)).toBe(fault);
  });

  it('take an empty name for UTC', () => {
    expect(locationFault('')).toBeUndefined();
  });

  it('are known to this runtime, too, all but a few', () => {
    const unknown = Intl.supportedValuesOf('timeZone').filter((name) => !isTimeZone(name));
    expect(unknown).toEqual([]);
  });
});
