import { readdirSync, readFileSync } from 'node:fs';

/** CPU seconds so far of each process that runs now, by its role (Linux; empty elsewhere). */
export type CpuByProcess = ReadonlyMap<number, { readonly role: string; readonly ms: number }>;

/** /proc counts in clock ticks, a hundredth of a second each. */
const msOfTick = 10;

export function cpuByProcess(): CpuByProcess {
  const found = new Map<number, { role: string; ms: number }>();
  for (const name of process.platform === 'linux' ? readdirSync('/proc') : []) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const role = roleOf(Number(name), command, name);
      if (!role) continue;
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      found.set(Number(name), { role, ms: (Number(fields[11]) + Number(fields[12])) * msOfTick });
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** Microseconds for each of so many requests, by role. */
export function cpuSince(before: CpuByProcess, requests: number): Record<string, number> {
  const byRole: Record<string, number> = {};
  for (const [pid, { role, ms }] of cpuByProcess()) {
    byRole[role] = (byRole[role] ?? 0) + ms - (before.get(pid)?.ms ?? 0);
  }
  const rows = Object.entries(byRole).map(([role, ms]) => [
    role,
    Math.round((1000 * ms) / requests),
  ]);
  return Object.fromEntries(rows.filter(([, us]) => Number(us) > 0));
}

function roleOf(pid: number, command: string, name: string): string | undefined {
  if (pid === process.pid) return 'driver';
  if (command.startsWith('postgres: ')) return 'PostgreSQL';
  if (command.includes('bare-route.ts')) return 'bare route';
  if (!command.includes('server/main.ts')) return;
  const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
  const role = /TIMBRA_ROLE=([\w-]+)/.exec(environment)?.[1];
  return role === undefined ? 'supervisor' : role;
}
