import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** What a machine can check of the house style: imports, names, lengths, paths in the papers. */
const root = fileURLToPath(new URL('..', import.meta.url));
const sources = globSync(
  '{server,sandbox,scripts,test,bench,chaos,console/src,database}/**/*.{ts,tsx}',
  {
    cwd: root,
  },
).filter((file) => !file.endsWith('.d.ts'));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const features = [
  'catalogs',
  'tenants',
  'sessions',
  'customers',
  'products',
  'invoices',
  'stamping',
  'webhooks',
  'cluster',
];
/** Wiring: these see everything, and nothing of the project imports them. */
const roots = ['server/compose.ts', 'server/web-server.ts', 'server/main.ts'];

function importsOf(file: string): string[] {
  const found = read(file).matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g);
  return [...found].map(([, path]) => relative(root, join(root, dirname(file), path!)));
}

const isTest = (file: string) => /\.test\.tsx?$|\/support\/|test-[a-z-]+\.ts$/.test(file);
const featureOf = (file: string) => features.find((name) => file.startsWith(`server/${name}/`));

test('the rules below read the source', () => {
  assert.ok(sources.length > 100, `only ${sources.length} files were found`);
  const read = sources.flatMap(importsOf);
  assert.ok(read.length > 200, `only ${read.length} imports were found`);
  for (const name of features) {
    assert.ok(
      sources.includes(`server/${name}/${name}.ts`) || name === 'cluster',
      `${name} has no front door`,
    );
  }
});

test('cfdi imports nothing of the project', () => {
  for (const file of sources.filter((one) => one.startsWith('server/cfdi/'))) {
    for (const target of importsOf(file)) {
      assert.ok(target.startsWith('server/cfdi/'), `${file} imports ${target}`);
    }
  }
});

test('platform and facturapi import no feature', () => {
  const allowed = {
    'server/platform/': ['server/platform/'],
    'server/facturapi/': ['server/facturapi/', 'server/cfdi/', 'server/platform/'],
  };
  for (const [place, targets] of Object.entries(allowed)) {
    for (const file of sources.filter((one) => one.startsWith(place) && !isTest(one))) {
      for (const target of importsOf(file)) {
        assert.ok(
          targets.some((start) => target.startsWith(start)),
          `${file} imports ${target}`,
        );
      }
    }
  }
});

test('a feature reaches another by its front door only', () => {
  for (const file of sources.filter((one) => featureOf(one) && !isTest(one))) {
    const own = featureOf(file);
    for (const target of importsOf(file)) {
      const other = featureOf(target);
      if (other === undefined || other === own) continue;
      assert.equal(target, `server/${other}/${other}.ts`, `${file} reaches into ${other}`);
    }
  }
});

test('the wiring is imported by nobody', () => {
  for (const file of sources.filter((one) => !roots.includes(one) && !isTest(one))) {
    if (file.startsWith('scripts/')) continue;
    for (const target of importsOf(file)) {
      assert.ok(!roots.includes(target), `${file} imports ${target}`);
    }
  }
});

test('the sandbox shares the rules of cfdi with the product, and nothing else', () => {
  for (const file of sources.filter((one) => one.startsWith('sandbox/') && !isTest(one))) {
    for (const target of importsOf(file)) {
      assert.match(target, /^(sandbox|server\/cfdi)\//, `${file} imports ${target}`);
    }
  }
});

test('the console imports the rules of cfdi at the most', () => {
  for (const file of sources.filter((one) => one.startsWith('console/') && !isTest(one))) {
    for (const target of importsOf(file)) {
      assert.match(target, /^(console|server\/cfdi)\//, `${file} imports ${target}`);
    }
  }
});

test('process.env and process.exit have one place each', () => {
  const places: Record<string, RegExp> = {
    'process.env':
      /^(server\/(config|main)\.ts|sandbox\/(main|settings)\.ts|scripts\/|test\/|bench\/)/,
    'process.exit(': /^(server\/main\.ts|sandbox\/main\.ts|scripts\/|.*watchdog\.ts)/,
  };
  for (const file of sources.filter((one) => !isTest(one) && !one.startsWith('console/'))) {
    for (const [text, place] of Object.entries(places)) {
      if (read(file).includes(text)) assert.match(file, place, `${file} has ${text}`);
    }
  }
});

test('names say what a thing is', () => {
  const banned = /(^|\/)(utils?|common|helpers?|services?|types|misc|shared)(\/|\.tsx?$)/;
  for (const file of sources) assert.doesNotMatch(file, banned);
});

test('files stay short enough to read', () => {
  const linesMax = 320;
  for (const file of sources) {
    const lines = read(file).split('\n').length;
    assert.ok(lines <= linesMax, `${file} has ${lines} lines`);
  }
});

test('the papers name files that exist', () => {
  const papers = globSync('{*.md,docs/**/*.md,sandbox/*.md}', { cwd: root });
  assert.ok(papers.length > 0);
  for (const paper of papers) {
    for (const [, path] of read(paper).matchAll(
      /`((?:server|sandbox|console|database|docs|test|scripts|examples|bench|chaos|deploy)\/[\w./-]+)`/g,
    )) {
      const found = globSync(path!, { cwd: root }).length > 0;
      assert.ok(found, `${paper} names ${path}, which does not exist`);
    }
  }
});
