import { describe, expect, it } from 'vitest';
import { CronError, parseCronSchedule, type CronField, type CronSchedule } from '../../src/apimachinery/cron.js';

function message(text: string): string {
  try {
    parseCronSchedule(text);
  } catch (error) {
    if (error instanceof CronError) return error.message;
    throw error;
  }
  return '';
}

function fields(text: string): Extract<CronSchedule, { form: 'fields' }> {
  const schedule = parseCronSchedule(text);
  if (schedule.form !== 'fields') throw new Error(`${text} has no fields`);
  return schedule;
}

function shown({ values, star }: CronField): string {
  return `${[...values].sort((a, b) => a - b).join(' ')}${star ? ' *' : ''}`;
}

describe('A cron schedule', () => {
  it.each([
    ['5 4 * * *', 'minute', '5'],
    ['*/20 * * * *', 'minute', '0 20 40'],
    ['*/1 * * * 0', 'minute', `${Array.from({ length: 60 }, (_, i) => i).join(' ')} *`],
    ['50/5 * * * *', 'minute', '50 55'],
    ['10-20/5 * * * *', 'minute', '10 15 20'],
    ['1,3,,2 * * * *', 'minute', '1 2 3'],
    [', * * * *', 'minute', ''],
    ['0 ? * * *', 'hour', `${Array.from({ length: 24 }, (_, i) => i).join(' ')} *`],
    ['0 0 * jan-MAR *', 'month', '1 2 3'],
    ['0 0 * * sun,Fri', 'dayOfWeek', '0 5'],
    ['0 0 31 * *', 'dayOfMonth', '31'],
    ['@yearly', 'month', '1'],
    ['@weekly', 'dayOfWeek', '0'],
    ['CRON_TZ=Europe/Berlin  @monthly ', 'dayOfMonth', '1'],
  ] as const)('%s: %s is %s', (text, field, expected) => {
    expect(shown(fields(text)[field])).toBe(expected);
  });

  it.each([
    ['@every 1h30m', 5400],
    ['@every 1500ms', 1],
    ['@every -5s', 1],
  ])('%s comes every %i seconds', (text, seconds) => {
    expect(parseCronSchedule(text)).toEqual({ form: 'every', seconds });
  });

  it('names the time zone before its fields', () => {
    expect(fields('TZ=Asia/Tokyo 0 3 * * *').timeZone).toBe('Asia/Tokyo');
    expect(fields('0 3 * * *').timeZone).toBeUndefined();
  });

  it.each([
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['a\u00a0b\tc', 'expected exactly 5 fields, found 3: [a b c]'],
    ['TZ=UTC', 'invalid schedule format: runtime error: slice bounds out of range [:-1]'],
    ['TZ=Odd/Zone * * * * *', 'provided bad location Odd/Zone: unknown time zone Odd/Zone'],
    ['TZ=../x * * * * *', 'provided bad location ../x: time: invalid location name'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['-1 * * * *', 'failed to parse int from : strconv.Atoi: parsing "": invalid syntax'],
    ['*/-1 * * * *', 'negative number (-1) not allowed: -1'],
    [
      '99999999999999999999 * * * *',
      'failed to parse int from 99999999999999999999: strconv.Atoi: parsing "99999999999999999999": value out of range',
    ],
    ['@fortnightly', 'unrecognized descriptor: @fortnightly'],
    ['@daily x', 'unrecognized descriptor: @daily x'],
    ['@every soon', 'failed to parse duration @every soon: time: invalid duration "soon"'],
  ])('%j is refused: %s', (text, expected) => {
    expect(message(text)).toBe(expected);
  });

  it('takes hostile lengths without much work', () => {
    const start = performance.now();
    expect(message(`${' '.repeat(1_000_000)}x`)).toContain('found 1');
    expect(message(`TZ=UTC${' '.repeat(1_000_000)}x${' '.repeat(1_000_000)}`)).toContain('found 1');
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
