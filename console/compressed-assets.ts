import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const compressible = /\.(?:js|css|svg)$/;

/**
 * Each asset also as .br and .gz, made once and small, so that the server has only to pick the
 * file that the browser accepts.
 */
export function compressedAssets(): Plugin {
  return {
    name: 'compressed-assets',
    apply: 'build',
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle).filter((file) => compressible.test(file))) {
        const asset = join(dir!, name);
        const content = readFileSync(asset);
        writeFileSync(`${asset}.br`, brotliCompressSync(content));
        writeFileSync(`${asset}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}
