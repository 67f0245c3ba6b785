import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { momentInWords, parseMoment } from '../../src/commands/moment.js';

const now = Date.UTC(2026, 10, 28, 13, 30);
const iso = (text: string, at = now) => new Date(parseMoment(text, at).time).toISOString();
const own = process.env['TZ'];

afterEach(() => {
  if (own === undefined) delete process.env['TZ'];
  else process.env['TZ'] = own;
});

describe('a moment', () => {
  it.each([
    ['2026-11-27', '2026-11-27T00:00:00.000Z'],
    ['2026-11-27 14:00', '2026-11-27T14:00:00.000Z'],
    ['2026-11-27T14:00:05.5Z', '2026-11-27T14:00:05.500Z'],
    ['2026-11-27 14:00 UTC', '2026-11-27T14:00:00.000Z'],
    ['2026-11-27T14:00+09:00', '2026-11-27T05:00:00.000Z'],
    ['2026-11-27 14:00 -0330', '2026-11-27T17:30:00.000Z'],
    ['yesterday 14:00', '2026-11-27T14:00:00.000Z'],
    [' Yesterday  9:05 ', '2026-11-27T09:05:00.000Z'],
    ['today 03:10', '2026-11-28T03:10:00.000Z'],
    ['yesterday 23:00 +12:00', '2026-11-28T11:00:00.000Z'],
    ['2h', '2026-11-28T11:30:00.000Z'],
    ['2h ago', '2026-11-28T11:30:00.000Z'],
    ['90d', '2026-08-30T13:30:00.000Z'],
  ])('%s is read', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it.each([
    ['10/11', /two ways.*2026-11-28T14:00Z/],
    ['11/27/2026', /two ways/],
    ['27.11.2026', /two ways/],
    ['14:00', /without a day.*yesterday 14:00/],
    ['yesterday', /yesterday 14:00/],
    ['2026-02-30', /Not a time/],
    ['2026-11-27 25:00', /Not a time/],
    ['2026-13-01', /Not a time/],
    ['yesterday at noon', /Not a time/],
    ['2 pm', /Not a time/],
    ['0h', /Not a time/],
    ['-2h', /Not a time/],
    ['2026-11-27 14:00 EST', /Not a time/],
    ['', /Not a time/],
  ])('%s is refused, with what works', (text, expected) => {
    expect(() => parseMoment(text, now)).toThrow(expected);
  });

  it('is local only where that is said', () => {
    process.env['TZ'] = 'Asia/Tokyo';
    expect(iso('2026-11-27 14:00')).toBe('2026-11-27T14:00:00.000Z');
    expect(iso('2026-11-27 14:00 local')).toBe('2026-11-27T05:00:00.000Z');
    // 02:00 of the 29th in Tokyo: its yesterday is still today in UTC.
    expect(iso('yesterday 14:00 local', Date.UTC(2026, 10, 28, 17))).toBe('2026-11-28T05:00:00.000Z');
    expect(momentInWords(parseMoment('2026-11-27 14:00', now))).toBe(
      '2026-11-27 14:00 UTC, here 2026-11-27 23:00 (+09:00); no zone was said: UTC',
    );
  });

  it('that the change of the clocks leaves out, or makes twice, is refused', () => {
    process.env['TZ'] = 'Europe/Berlin';
    expect(() => parseMoment('2026-03-29 02:30 local', now)).toThrow(/clocks change.*Z\./);
    expect(() => parseMoment('2026-10-25 02:30 local', now)).toThrow(/clocks change.*Z\./);
    expect(iso('2026-10-25 03:30 local')).toBe('2026-10-25T02:30:00.000Z');
    expect(iso('yesterday 12:00 local', Date.UTC(2026, 2, 29, 22, 30))).toBe('2026-03-29T10:00:00.000Z');
  });

  it('is itself again, however it is written', () => {
    const times = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2099, 0, 1) });
    fc.assert(
      fc.property(times, fc.integer({ min: -14 * 60, max: 14 * 60 }), (time, offset) => {
        expect(parseMoment(new Date(time).toISOString(), now).time).toBe(time);
        const there = new Date(time + offset * 60_000).toISOString().slice(0, 19).replace('T', ' ');
        const size = Math.abs(offset);
        const zone = `${offset < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
        expect(parseMoment(`${there}${zone}`, now).time).toBe(Math.floor(time / 1000) * 1000);
      }),
    );
  });

  it('is never read from anything else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(Number.isFinite(parseMoment(text, now).time)).toBe(true);
          expect(text).toMatch(/\d/);
        } catch (error) {
          expect((error as { exitCode?: number }).exitCode).toBe(2);
        }
      }),
    );
  });
});
