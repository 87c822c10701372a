import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { localDateTime, timeZoneOfZip } from './time-zone.ts';

test('each region with its own clock is told by its zip', () => {
  const zones: Record<string, string[]> = {
    'America/Tijuana': ['21000', '22000', '22999'],
    'America/Hermosillo': ['83000', '85999'],
    'America/Mazatlan': ['23000', '23999', '80000', '82999', '63000', '63725', '63740', '63999'],
    'America/Bahia_Banderas': ['63726', '63732', '63739'],
    'America/Chihuahua': ['31000', '31819', '31850', '32800', '32869', '32900', '33999'],
    'America/Ciudad_Juarez': ['31820', '31849', '32000', '32575', '32799'],
    'America/Ojinaga': ['32870', '32880', '32899'],
    'America/Cancun': ['77000', '77500', '77999'],
    'America/Matamoros': ['26000', '26200', '26299', '65000', '65059', '87300', '87599', '88999'],
    'America/Mexico_City': ['01000', '06600', '20999', '25000', '26300', '30999', '34000', '64000'],
  };
  for (const [zone, zips] of Object.entries(zones)) {
    for (const zip of zips) assert.equal(timeZoneOfZip(zip), zone, zip);
  }
  for (const zip of [
    '24000',
    '62999',
    '65060',
    '76999',
    '78000',
    '79999',
    '86000',
    '87000',
    '89000',
  ]) {
    assert.equal(timeZoneOfZip(zip), 'America/Mexico_City', zip);
  }
});

test('a malformed zip has the time of the centre', () => {
  for (const zip of ['', '2100', '210000', 'x1000', ' 22000', '22000\n']) {
    assert.equal(timeZoneOfZip(zip), 'America/Mexico_City');
  }
});

test('the same instant is another time in another place, with the border in summer time', () => {
  // July: the centre is at UTC-6 since summer time ended in 2022; Tijuana is at UTC-7.
  const summer = new Date('2026-07-15T05:30:09.999Z');
  assert.equal(localDateTime(summer, '06600'), '2026-07-14T23:30:09');
  assert.equal(localDateTime(summer, '22000'), '2026-07-14T22:30:09');
  assert.equal(localDateTime(summer, '77500'), '2026-07-15T00:30:09');
  assert.equal(localDateTime(summer, '83000'), '2026-07-14T22:30:09');
  assert.equal(localDateTime(summer, '82000'), '2026-07-14T22:30:09');
  assert.equal(localDateTime(summer, '31000'), '2026-07-14T23:30:09');
  assert.equal(localDateTime(summer, '32000'), '2026-07-14T23:30:09');
  assert.equal(localDateTime(summer, '88000'), '2026-07-15T00:30:09');
  // January: Tijuana is at UTC-8, Juárez at UTC-7, Matamoros with the centre.
  const winter = new Date('2026-01-15T06:00:00Z');
  assert.equal(localDateTime(winter, '06600'), '2026-01-15T00:00:00');
  assert.equal(localDateTime(winter, '22000'), '2026-01-14T22:00:00');
  assert.equal(localDateTime(winter, '32000'), '2026-01-14T23:00:00');
  assert.equal(localDateTime(winter, '88000'), '2026-01-15T00:00:00');
});

test('every time has the shape of the XML and lies within a day of UTC', () => {
  const instant = fc.date({
    min: new Date('2022-01-01'),
    max: new Date('2099-12-31'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(instant, fc.integer({ min: 0, max: 99_999 }), (date, zip) => {
      const local = localDateTime(date, String(zip).padStart(5, '0'));
      assert.match(
        local,
        /^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/,
      );
      const behind = date.getTime() - Date.parse(`${local}Z`);
      assert.ok(behind >= 4 * 3_600_000 && behind < 8 * 3_600_000 + 1000, local);
    }),
  );
  assert.throws(() => localDateTime(new Date(Number.NaN), '06600'), RangeError);
});
