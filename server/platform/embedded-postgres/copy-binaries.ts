import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chmod,
  copyFile,
  link,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import path from 'node:path';
import { type Binaries, libraryLinks } from './binaries.ts';

/** Static libraries and build files are of no use to a running server: a third of the size. */
const unneeded = /\.a$|^(pkgconfig|pgxs)$/;

/**
 * Makes a complete tree below `parent`, with the links of the shared libraries, and readable by
 * any user. A tree that is already there is used as it is: it appears only when complete.
 */
export async function copyBinaries(binaries: Binaries, parent: string): Promise<Binaries> {
  const root = path.join(parent, `binaries-${binaries.version}`);
  if (await exists(root)) return { root, version: binaries.version };

  const draft = `${root}.${randomBytes(4).toString('hex')}.tmp`;
  await copyFolder(binaries.root, draft);
  for (const { source, target } of await libraryLinks(binaries)) {
    const place = path.join(draft, target);
    if (!(await exists(place))) await symlink(path.basename(source), place);
  }
  await rename(draft, root);
  for (const name of await readdir(parent)) {
    const older = name.startsWith('binaries-') && name !== path.basename(root);
    if (older) await rm(path.join(parent, name), { recursive: true, force: true });
  }
  return { root, version: binaries.version };
}

async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to);
  // The umask may have taken the others' rights away; the server runs as one of the others.
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (unneeded.test(entry.name)) continue;
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await copyFolder(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else await linkOrCopy(source, target);
  }
}

/** A hard link costs no space, but shares the mode, which must not be changed in node_modules. */
async function linkOrCopy(source: string, target: string): Promise<void> {
  const { mode } = await stat(source);
  const wanted = mode & 0o100 ? 0o755 : 0o644;
  if ((mode & wanted & 0o055) === (wanted & 0o055)) {
    try {
      return await link(source, target);
    } catch {
      // Another file system, or one without hard links: copied below.
    }
  }
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  await chmod(target, wanted);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
