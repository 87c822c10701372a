import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../test/support/cleanups.ts';
import { testDatabase } from '../test/support/database.ts';
import { testPool } from '../test/support/records.ts';
import { runCommand, seedCountMax } from './command-line.ts';
import { newId } from './platform/clock.ts';

describe('npm run timbra', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let env: Record<string, string>;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    env = { DATABASE_URL: database.admin.url.replace('@/', '@localhost/') };
  });

  const company = async (name: string) => {
    await admin.query(
      `insert into tenants (id, name, legal_name, tax_id, tax_system, zip)
       values ($1, $2, 'ESCUELA KEMPER URGATE', 'EKU9003173C9', '601', '42501')`,
      [newId(), name],
    );
  };
  const namesOf = async (name: string) => {
    const { rows } = await admin.query<{ names: string[] }>(
      `select array_agg(c.legal_name || ' ' || c.tax_id order by c.id) as names
         from customers c join tenants t on t.id = c.tenant_id where t.name = $1`,
      [name],
    );
    return rows[0]!.names ?? [];
  };
  const run = async (args: readonly string[]) => {
    const written: string[] = [];
    const stopping = new AbortController();
    const write = (text: string) => {
      written.push(text);
    };
    const code = await runCommand(args, { terminal: { write }, signal: stopping.signal, env });
    return { code, text: written.join('') };
  };

  test('seed brings a company to so many customers, and again it makes none', async () => {
    await company('Siembra');
    const args = ['seed', '--tenant', 'siembra', '--customers', '60'];
    const first = await run(args);
    assert.deepEqual([first.code, (await namesOf('Siembra')).length], [0, 60]);
    assert.match(first.text, /60 clientes nuevos/);
    const again = await run(args);
    assert.deepEqual([again.code, (await namesOf('Siembra')).length], [0, 60]);
    assert.match(again.text, /^0 clientes nuevos/);
  });

  test('what was made in parts is what is made at once, and another seed makes others', async () => {
    for (const name of ['Partes', 'Entera', 'Otra']) await company(name);
    const seed = (tenant: string, n: number, s = '3') =>
      run(['seed', '--tenant', tenant, '--customers', String(n), '--seed', s]);
    await seed('Partes', 25);
    await seed('Partes', 80);
    await seed('Entera', 80);
    await seed('Otra', 80, '4');
    assert.deepEqual(await namesOf('Partes'), await namesOf('Entera'));
    assert.notDeepEqual(await namesOf('Otra'), await namesOf('Entera'));
  });

  test('what is not understood says how it is written, and does nothing', async () => {
    const wrong = [
      [],
      ['sow'],
      ['seed'],
      ['seed', '--tenant', 'Demo'],
      ['seed', '--tenant', 'Demo', '--customers', '0'],
      ['seed', '--tenant', 'Demo', '--customers', String(seedCountMax + 1)],
      ['seed', '--tenant', 'Demo', '--customers', '1e3'],
      ['seed', '--tenant', 'Demo', '--customers', '10', '--loud'],
    ];
    for (const args of wrong) {
      const { code, text } = await run(args);
      assert.equal(code, 2, args.join(' '));
      assert.match(text, /npm run timbra -- seed/);
    }
  });

  test('a company that is not there, and a database that is not, are told in a line', async () => {
    const absent = await run(['seed', '--tenant', 'Nadie', '--customers', String(seedCountMax)]);
    assert.deepEqual([absent.code, /«Nadie»/.test(absent.text)], [1, true]);
    env = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' };
    const lost = await run(['seed', '--tenant', 'Nadie', '--customers', '1']);
    assert.equal(lost.code, 1);
    assert.equal(lost.text.trim().split('\n').length, 1);
  });
});
