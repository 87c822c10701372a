import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** A tree of bin, lib and share as the platform's package ships it. */
export interface Binaries {
  /** the folder that holds bin, lib and share */
  root: string;
  /** the package's version, so that a copy of another one is not taken for this */
  version: string;
}

interface Link {
  source: string;
  target: string;
}

const advice = 'set DATABASE_URL to a PostgreSQL server of your own';

/** Only resolves paths: the package's code is never loaded. */
export async function findBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<Binaries> {
  const name = `@embedded-postgres/${platform}-${arch}`;
  let entry: string;
  try {
    entry = fileURLToPath(import.meta.resolve(name));
    const packageRoot = path.join(path.dirname(entry), '..');
    const manifest = JSON.parse(await readFile(path.join(packageRoot, 'package.json'), 'utf8')) as {
      version: string;
    };
    await readdir(path.join(packageRoot, 'native', 'bin'));
    return { root: path.join(packageRoot, 'native'), version: manifest.version };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `no PostgreSQL is bundled for ${platform}-${arch} (${name} is not installed); ${advice}`,
      { cause },
    );
  }
}

export function binary(binaries: Binaries, name: 'initdb' | 'postgres'): string {
  return path.join(binaries.root, 'bin', name);
}

export function unusable(binaries: Binaries, reason: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `the bundled PostgreSQL in ${binaries.root} does not run here (${reason}); ${advice}`,
  );
}

/**
 * npm packages cannot hold symlinks, so the package's postinstall makes those of the shared
 * libraries; with install scripts switched off they are missing. Paths are relative to `root`.
 */
export async function libraryLinks(binaries: Binaries): Promise<Link[]> {
  const text = await readFile(path.join(binaries.root, 'pg-symlinks.json'), 'utf8');
  return (JSON.parse(text) as Link[]).map(({ source, target }) => ({
    source: path.relative('native', source),
    target: path.relative('native', target),
  }));
}

export async function lacksLibraryLinks(binaries: Binaries): Promise<boolean> {
  const present = new Set(await readdir(path.join(binaries.root, 'lib')));
  const links = await libraryLinks(binaries);
  return links.some(({ target }) => !present.has(path.relative('lib', target)));
}
