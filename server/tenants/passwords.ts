import { hash, type Options, verify } from '@node-rs/argon2';

/** OWASP's Password Storage Cheat Sheet (2024): argon2id, 19 MiB, 2 passes, 1 lane. */
const cost: Options = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function hashPassword(password: string): Promise<string> {
  return hash(password, cost);
}

/** Some stored hash, so that an unknown e-mail costs as much time as a known one. */
let nobody: Promise<string> | undefined;

export async function checkPassword(stored: string | undefined, given: string): Promise<boolean> {
  nobody ??= hashPassword('nobody has this password');
  const matches = await verify(stored ?? (await nobody), given).catch(() => false);
  return stored !== undefined && matches;
}
